package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Every method handle and variable handle that is invoked is a constant: a static final field. The
 * compiler of JDK 25 crashes now and then, and the process with it, where a loop invokes one of
 * several constants; and it can inline nothing else. A handle that is made for one call is invoked
 * {@linkplain MethodHandle#invokeWithArguments(Object...) with a list}.
 */
class ConstantHandlesTest {

  private static final Set<ClassDesc> HANDLES =
      Set.of(ConstantDescs.CD_MethodHandle, ConstantDescs.CD_VarHandle);

  /** What takes a handle for an object like any other. */
  private static final Set<String> ORDINARY =
      Set.of("asSpreader", "asType", "bindTo", "invokeWithArguments", "type");

  private static final Collection<ClassModel> GUYWIRE =
      new ClassFileImporter()
              .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
              .importPackages("guywire")
              .stream()
              .map(ConstantHandlesTest::read)
              .toList();

  private static ClassModel read(JavaClass type) {
    try (var bytes = type.getSource().orElseThrow().getUri().toURL().openStream()) {
      return ClassFile.of().parse(bytes.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private final Set<String> constants =
      GUYWIRE.stream()
          .flatMap(type ->
              type.fields().stream()
                  .filter(field -> field.flags().has(AccessFlag.STATIC))
                  .filter(field -> field.flags().has(AccessFlag.FINAL))
                  .map(field -> name(type, field.fieldName().stringValue())))
          .collect(Collectors.toSet());

  private int invoked;

  private static String name(ClassModel type, String member) {
    return type.thisClass().asInternalName() + "." + member;
  }

  /** Methods of a class that invoke a handle that is no constant. */
  private List<String> wrongIn(ClassModel type) {
    return type.methods().stream()
        .filter(method -> method.code().isPresent() && !isOfConstants(method))
        .map(method -> name(type, method.methodName().stringValue()))
        .toList();
  }

  /** Whether so many constants were put on the stack before as handles are invoked. */
  private boolean isOfConstants(MethodModel method) {
    var right = true;
    var waiting = 0;
    for (CodeElement element : method.code().orElseThrow()) {
      switch (element) {
        case FieldInstruction field when HANDLES.contains(field.typeSymbol()) -> {
          if (field.opcode() == Opcode.GETSTATIC
              && constants.contains(
                  field.owner().asInternalName() + "." + field.name().stringValue())) {
            waiting++;
          }
        }
        case InvokeInstruction call when isOfHandle(call) -> {
          invoked++;
          right &= waiting > 0;
          waiting--;
        }
        case InvokeInstruction call -> {
          var given = call.typeSymbol().parameterList().stream().filter(HANDLES::contains);
          waiting = Math.max(0, waiting - (int) given.count());
        }
        default -> {}
      }
    }
    return right;
  }

  private static boolean isOfHandle(InvokeInstruction call) {
    return call.opcode() == Opcode.INVOKEVIRTUAL
        && HANDLES.contains(call.owner().asSymbol())
        && !ORDINARY.contains(call.name().stringValue());
  }

  @Test
  void every_handle_that_is_invoked_is_a_constant() {
    var wrong = new ArrayList<String>();
    GUYWIRE.forEach(type -> wrong.addAll(wrongIn(type)));
    assertThat(wrong).isEmpty();
    assertThat(invoked).as("handles that are invoked").isGreaterThan(40);
  }

  /** What must not be. */
  private record Chosen(MethodHandle one) {
    long call() throws Throwable {
      return (long) one.invokeExact();
    }
  }

  @Test
  void a_handle_in_an_object_is_found() {
    var chosen = new ClassFileImporter().importClass(Chosen.class);
    assertThat(wrongIn(read(chosen)))
        .containsExactly("guywire/cli/ConstantHandlesTest$Chosen.call");
  }
}
