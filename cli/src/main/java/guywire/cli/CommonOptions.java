package guywire.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options that every command has. */
final class CommonOptions {

  @Option(
      names = "--lang",
      paramLabel = "en|zh-CN",
      scope = ScopeType.INHERIT,
      descriptionKey = "lang")
  private String language = "";

  /** The language asked for, or the empty string; {@link Main} has already heeded it. */
  String language() {
    return language;
  }
}
