package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Comparing a MAC takes as long for a wrong one as for a right one. No clock could show that here
 * for certain, the compiled code can: it has no way out but the end.
 */
class ConstantTimeTest {

  private static List<CodeModel> code(Class<?> owner) throws IOException {
    try (InputStream bytes = owner.getResourceAsStream(owner.getSimpleName() + ".class")) {
      ClassModel model = ClassFile.of().parse(bytes.readAllBytes());
      return model.methods().stream().flatMap(method -> method.code().stream()).toList();
    }
  }

  @Test
  void the_comparison_of_macs_leaves_its_loop_at_the_end_alone() throws IOException {
    CodeModel same =
        code(Bytes.class).stream()
            .filter(code ->
                code.parent().map(MethodModel::methodName).orElseThrow().equalsString("same"))
            .findFirst()
            .orElseThrow();
    Stream<Opcode> decisions =
        same.elementStream()
            .filter(BranchInstruction.class::isInstance)
            .map(element -> ((BranchInstruction) element).opcode())
            .filter(opcode -> opcode != Opcode.GOTO);
    // The loop's end by its counter, and the answer.
    assertThat(decisions).containsExactlyInAnyOrder(Opcode.IF_ICMPGE, Opcode.IFNE);
    assertThat(same.elementStream().filter(InvokeInstruction.class::isInstance)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        CookieChecker.class,
        CookieJar.class,
        Negotiation.class,
        Handshake.class,
        SymmetricState.class,
        AssociatedAead.class,
        JceAead.class
      })
  void who_handles_macs_compares_them_by_nothing_that_ends_early(Class<?> owner)
      throws IOException {
    assertThat(code(owner).stream().flatMap(CodeModel::elementStream))
        .noneMatch(element ->
            element instanceof InvokeInstruction call
                && call.owner().asInternalName().equals("java/util/Arrays")
                && List.of("equals", "mismatch", "compare").contains(call.name().stringValue()));
  }
}
