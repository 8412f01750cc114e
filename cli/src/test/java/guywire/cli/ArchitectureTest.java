package guywire.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.PRIVATE;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Collections.list;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.channels.NetworkChannel;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows of ARCHITECTURE.md: which room may use which, and what the pure rooms leave alone. */
class ArchitectureTest {

  private static final JavaClasses GUYWIRE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("guywire");

  @ParameterizedTest(name = "{0} uses only: {1}")
  @CsvSource({
    "address,   ''",
    "guard,     ''",
    "protocol,  address",
    "linux,     ''",
    "tunnel,    address guard protocol linux",
    "network,   address guard protocol",
    "plan,      address guard protocol network",
    "format,    address guard protocol network",
    "prove,     address guard protocol network format",
    "recognise, address guard protocol network plan format prove",
    "node,      address guard protocol network linux tunnel",
    "agent,     address guard protocol network linux node",
    "lab,       address guard protocol network format prove linux node agent",
    "control,   address guard protocol network plan format prove recognise",
  })
  void a_room_uses_only_the_rooms_it_may(String room, String others) {
    var allowed =
        Stream.concat(Stream.of(room), Arrays.stream(others.split(" ")).filter(o -> !o.isEmpty()))
            .map(name -> "guywire." + name + "..")
            .toArray(String[]::new);
    classes()
        .that(resideInAPackage("guywire." + room + ".."))
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(not(resideInAPackage("guywire.."))))
        .check(GUYWIRE);
  }

  /** The four subjects of {@code format}, between what is read and the room's door. */
  @ParameterizedTest(name = "format.{0} uses only: {1}")
  @CsvSource({
    "input,    ''",
    "output,   ''",
    "syntax,   input",
    "firewall, input syntax",
    "shell,    input syntax firewall",
    "tunnel,   input syntax firewall shell output",
  })
  void a_package_of_format_uses_only_those_below_it(String part, String others) {
    var allowed =
        Stream.concat(Stream.of(part), Arrays.stream(others.split(" ")).filter(o -> !o.isEmpty()))
            .map(name -> "guywire.format." + name)
            .toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage("guywire.format." + part)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed).or(not(resideInAPackage("guywire.format.."))))
        .check(GUYWIRE);
  }

  @Test
  void the_protocol_and_the_choice_of_ways_have_no_sockets_files_threads_clocks_or_chance() {
    noClasses()
        .that(resideInAnyPackage("guywire.protocol..", "guywire.agent.choice.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net..", "java.io..", "java.nio.channels..", "java.nio.file..")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callConstructor(SecureRandom.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .check(GUYWIRE);
  }

  /**
   * What a node does goes by clocks that only go forward. The time of day is only said: when a mend
   * was made, how long ago a peer was heard.
   */
  @Test
  void nothing_that_a_node_does_depends_on_a_clock_that_jumps() {
    noClasses()
        .that(
            resideInAnyPackage("guywire.node..", "guywire.agent..")
                .and(
                    describe(
                        "do not say when something was",
                        (JavaClass c) ->
                            !Set.of("DriftReport", "Reporter", "ForwardLog", "WaysInUse")
                                .contains(c.getSimpleName()))))
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod("guywire.linux.Clock", "unixNanos")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .check(GUYWIRE);
  }

  @Test
  void a_network_is_data_without_sockets_or_processes() {
    noClasses()
        .that(
            resideInAnyPackage(
                "guywire.address..",
                "guywire.guard..",
                "guywire.network..",
                "guywire.plan..",
                "guywire.format..",
                "guywire.prove..",
                "guywire.recognise.."))
        .should()
        .dependOnClassesThat(
            describe(
                "are in java.net, but for IDN, which is text only",
                (JavaClass c) ->
                    c.getPackageName().startsWith("java.net") && !c.getSimpleName().equals("IDN")))
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(NetworkChannel.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(ProcessBuilder.class)
        .check(GUYWIRE);
  }

  /** Keys and definitions are read in {@code plan}, directories are written in {@code format}. */
  @Test
  void what_is_thought_of_a_network_reads_no_file() {
    noClasses()
        .that(
            resideInAnyPackage(
                "guywire.address..", "guywire.network..", "guywire.prove..", "guywire.recognise.."))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.nio.file..")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(File.class)
        .check(GUYWIRE);
  }

  @Test
  void only_programs_print_to_the_standard_streams() {
    noClasses()
        .that(
            resideInAPackage("guywire..")
                .and(not(resideInAnyPackage("guywire.cli..", "guywire.bench..")))
                .and(
                    describe("are no program", (JavaClass c) -> !c.getSimpleName().equals("Main"))))
        .should()
        .accessField(System.class, "out")
        .check(GUYWIRE);
  }

  /** What runs on every host stays small: no YAML, no QR codes, no importers, no prover. */
  @Test
  void what_runs_on_a_node_knows_neither_definitions_nor_files_nor_the_prover() {
    noClasses()
        .that(
            resideInAnyPackage(
                "guywire.node..", "guywire.agent..", "guywire.tunnel..", "guywire.network.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "guywire.plan..",
            "guywire.format..",
            "guywire.prove..",
            "guywire.recognise..",
            "org.snakeyaml..",
            "com.google.zxing..")
        .check(GUYWIRE);
  }

  /** Nothing of them is even on the module path of a node's programs. */
  @Test
  void the_modules_that_run_on_a_node_need_none_of_definitions_files_and_the_prover()
      throws IOException {
    var needed = new TreeSet<String>();
    var open = new ArrayDeque<>(List.of("guywire.agent", "guywire.node", "guywire.tunnel"));
    while (!open.isEmpty()) {
      String room = open.remove();
      if (needed.add(room)) {
        room(room).requires().stream()
            .map(ModuleDescriptor.Requires::name)
            .filter(name -> name.startsWith("guywire."))
            .forEach(open::add);
      }
    }
    assertThat(needed)
        .containsExactlyInAnyOrder(
            "guywire.address",
            "guywire.agent",
            "guywire.guard",
            "guywire.linux",
            "guywire.network",
            "guywire.node",
            "guywire.protocol",
            "guywire.tunnel");
  }

  private static ModuleDescriptor room(String name) throws IOException {
    for (var found :
        list(ArchitectureTest.class.getClassLoader().getResources("module-info.class"))) {
      try (var bytes = found.openStream()) {
        var module = ModuleDescriptor.read(bytes);
        if (module.name().equals(name)) {
          return module;
        }
      }
    }
    throw new AssertionError("no module " + name);
  }

  /** A server's libraries are many: no other command loads them, least of all one of a node. */
  @Test
  void only_serve_backup_and_its_training_run_know_the_server() {
    noClasses()
        .that(
            resideInAPackage("guywire..")
                .and(not(resideInAPackage("guywire.control..")))
                .and(
                    describe(
                        "are not for it",
                        (JavaClass c) ->
                            !Set.of("ServeCommand", "BackupCommand", "ServeTrainingRun")
                                .contains(c.getName().replaceAll(".*\\.|\\$.*", "")))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "guywire.control..",
            "io.helidon..",
            "org.sqlite..",
            "org.bouncycastle..",
            "com.nimbusds..",
            "java.sql..")
        .check(GUYWIRE);
  }

  /** A name means one thing in all rooms; each of the two programs begins at a Main. */
  @Test
  void a_name_is_one_type_only() {
    var byName =
        GUYWIRE.stream()
            .filter(JavaClass::isTopLevelClass)
            .map(JavaClass::getSimpleName)
            .filter(name -> !name.equals("Main") && !name.endsWith("-info"))
            .collect(groupingBy(name -> name, TreeMap::new, counting()));
    byName.values().removeIf(count -> count == 1);
    assertThat(byName).isEmpty();
  }

  /** Kinds of a sealed type may: they are read together with its name. */
  @Test
  void what_stands_inside_a_type_is_not_called_like_a_public_one() {
    var names =
        GUYWIRE.stream()
            .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(PUBLIC))
            .map(JavaClass::getSimpleName)
            .collect(toSet());
    assertThat(
            GUYWIRE.stream()
                .filter(type -> type.isMemberClass() && !type.getModifiers().contains(PRIVATE))
                .filter(type -> names.contains(type.getSimpleName()))
                .filter(type -> !isKindOf(type.getEnclosingClass(), type))
                .map(JavaClass::getName))
        .isEmpty();
  }

  private static boolean isKindOf(Optional<JavaClass> owner, JavaClass type) {
    return owner
        .filter(it -> type.isAssignableTo(it.getName()) || isKindOf(it.getEnclosingClass(), type))
        .isPresent();
  }

  @Test
  void a_record_that_writes_out_how_it_compares_compares_all_of_it() {
    var written =
        GUYWIRE.stream()
            .filter(JavaClass::isRecord)
            .flatMap(type -> type.tryGetMethod("equals", Object.class).stream())
            // The compiler's own is final.
            .filter(equals -> !equals.getModifiers().contains(JavaModifier.FINAL))
            .toList();
    assertThat(written).hasSizeGreaterThan(20);
    assertThat(written)
        .allSatisfy(equals -> {
          var compared =
              equals.getFieldAccesses().stream()
                  .map(access -> access.getTarget().getName())
                  .collect(toSet());
          var components =
              equals.getOwner().getFields().stream()
                  .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
                  .map(JavaField::getName)
                  .toList();
          // What compares nothing is equal to nothing but itself.
          if (!compared.isEmpty()) {
            assertThat(compared).as(equals.getFullName()).containsAll(components);
          }
        });
  }

  @Test
  void rooms_have_no_cycles() {
    slices().matching("guywire.(*)..").should().beFreeOfCycles().check(GUYWIRE);
  }

  @Test
  void packages_of_a_room_have_no_cycles() {
    slices().matching("guywire.(**)").should().beFreeOfCycles().check(GUYWIRE);
  }
}
