package guywire.tunnel;

import guywire.linux.Alarm;
import guywire.linux.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A boot clock that runs faster than time: the whole program runs as it is, but for two methods
 * that pass what they read and set through here. The wall clock and all else stay true.
 */
public final class FastClock {

  /** How many seconds pass on the boot clock in a true one. */
  static final int RATE = 30;

  private static final AtomicLong ORIGIN = new AtomicLong();
  private static final ClassDesc SELF = ClassDesc.of(FastClock.class.getName());
  private static final MethodTypeDesc LONG_TO_LONG =
      MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_long);

  private FastClock() {}

  /** Called at the end of {@link Clock#bootNanos}. */
  public static long fast(long trueNanos) {
    ORIGIN.compareAndSet(0, trueNanos);
    long origin = ORIGIN.get();
    return origin + (trueNanos - origin) * RATE;
  }

  /** Called at the beginning of {@link Alarm#set}. */
  public static long real(long fastNanos) {
    long origin = ORIGIN.get();
    return fastNanos == Long.MAX_VALUE
        ? fastNanos
        : origin + Math.ceilDiv(fastNanos - origin, (long) RATE);
  }

  /** Guywire with this clock; its two changed classes are written to a directory. */
  static Pair.Program guywire(Path directory) {
    write(directory, Clock.class, "bootNanos", new AtReturn());
    write(directory, Alarm.class, "set", new AtStart());
    Pair.Program whole = Pair.Program.guywire();
    var command = new ArrayList<String>();
    List<String> words = whole.command();
    for (int i = 0; i < words.size(); i++) {
      boolean classPath = i > 0 && words.get(i - 1).equals("-cp");
      command.add(classPath ? directory + ":" + words.get(i) : words.get(i));
    }
    return new Pair.Program(command, whole.environment());
  }

  private static void write(Path directory, Class<?> owner, String method, CodeTransform change) {
    String name = owner.getName().replace('.', '/') + ".class";
    try (InputStream stream = owner.getClassLoader().getResourceAsStream(name)) {
      ClassFile file = ClassFile.of();
      byte[] changed =
          file.transformClass(
              file.parse(stream.readAllBytes()),
              ClassTransform.transformingMethodBodies(
                  model -> model.methodName().equalsString(method), change));
      Path target = directory.resolve(name);
      Files.createDirectories(target.getParent());
      Files.write(target, changed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class AtReturn implements CodeTransform {
    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof ReturnInstruction) {
        code.invokestatic(SELF, "fast", LONG_TO_LONG);
      }
      code.with(element);
    }
  }

  private static final class AtStart implements CodeTransform {
    @Override
    public void atStart(CodeBuilder code) {
      code.lload(1).invokestatic(SELF, "real", LONG_TO_LONG).lstore(1);
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      code.with(element);
    }
  }
}
