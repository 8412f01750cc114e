package guywire.plan.definition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The JSON Schema of definitions, for editors: which keys there are, and what each is for. */
public final class DefinitionSchema {

  private static final String FILE = "definition.schema.json";

  private DefinitionSchema() {}

  /** The schema, as it stands in the program. */
  public static String text() {
    try (var in = DefinitionSchema.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("not in the program: " + FILE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
