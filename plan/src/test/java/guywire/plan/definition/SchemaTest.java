package guywire.plan.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The JSON Schema for editors says what the reader does. */
class SchemaTest {

  private static final Schema SCHEMA = schema();

  private static Schema schema() {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(DefinitionSchema.text(), InputFormat.JSON);
  }

  static Stream<Path> examples() throws IOException {
    try (var files = Files.list(Path.of("../examples"))) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void every_example_fits_and_reads_without_a_finding(Path example) throws IOException {
    assertThat(SCHEMA.validate(Files.readString(example), InputFormat.YAML)).isEmpty();
    assertThat(Definition.read(example).findings()).isEmpty();
  }

  @Test
  void it_has_the_keys_of_the_reader_and_no_others() {
    var root = SCHEMA.getSchemaNode();
    var definitions = root.get("$defs");
    assertThat(keys(root)).containsExactlyInAnyOrderElementsOf(DefinitionReader.KEYS);
    assertThat(keys(definitions.get("site"))).containsExactlyInAnyOrderElementsOf(SiteReader.KEYS);
    assertThat(keys(definitions.get("node"))).containsExactlyInAnyOrderElementsOf(NodeReader.KEYS);
    assertThat(keys(definitions.get("dns")))
        .containsExactlyInAnyOrderElementsOf(DefinitionReader.DNS_KEYS);
    assertThat(keys(definitions.get("group").get("anyOf").get(1)))
        .containsExactlyInAnyOrderElementsOf(DefinitionReader.GROUP_KEYS);
    assertThat(keys(definitions.get("link").get("anyOf").get(1)))
        .containsExactlyInAnyOrderElementsOf(LinkReader.KEYS);
  }

  @Test
  void every_key_is_described() {
    var undescribed = new ArrayList<String>();
    collect(SCHEMA.getSchemaNode(), undescribed);
    assertThat(undescribed).isEmpty();
  }

  private static void collect(JsonNode node, List<String> undescribed) {
    if (node.has("properties")) {
      for (var property : node.get("properties").properties()) {
        if (!property.getValue().has("description")) {
          undescribed.add(property.getKey());
        }
      }
    }
    node.forEach(child -> collect(child, undescribed));
  }

  private static List<String> keys(JsonNode schema) {
    return List.copyOf(schema.get("properties").propertyNames());
  }

  static List<WrongCases.Case> structural() throws IOException {
    return WrongCases.of(WrongDefinitionTest.class, "wrong.txt").stream()
        .filter(wrong ->
            List.of(
                    "key-near",
                    "key-unknown",
                    "key-missing",
                    "node-nowhere",
                    "choice",
                    "choice-near",
                    "want-flag",
                    "want-number",
                    "want-mapping",
                    "want-lines",
                    "keys-apart",
                    "want-name",
                    "site-without-lan",
                    "link-way",
                    "policy-grammar")
                .contains(wrong.key()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("structural")
  void a_mistake_of_form_is_one_for_editors_too(WrongCases.Case wrong) {
    assertThat(SCHEMA.validate(wrong.yaml(), InputFormat.YAML)).isNotEmpty();
  }
}
