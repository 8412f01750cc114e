package guywire.cli;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command that says by calls what its words are. The others say it by annotations, which read
 * more easily; but the JVM makes a class for each kind of annotation that is read, and that takes
 * as long as what a command does that only looks at something.
 */
interface SpokenCommand {

  /** What its words are; the values go into this command. */
  CommandSpec spec();

  /** A command of a name, with the options that all have. */
  static CommandSpec begin(Object command, String name) {
    return CommandSpec.wrapWithoutInspection(command)
        .name(name)
        .addOption(
            OptionSpec.builder("-h", "--help").usageHelp(true).descriptionKey("help").build())
        .addOption(
            OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .descriptionKey("version")
                .build());
  }

  /** Hands a value over that the words have. */
  static <V> ISetter setter(Consumer<V> field) {
    return new ISetter() {
      @Override
      @SuppressWarnings("unchecked") // The option's type is that of the field.
      public <T> @Nullable T set(@Nullable T value) {
        if (value != null) {
          field.accept((V) value);
        }
        return value;
      }
    };
  }
}
