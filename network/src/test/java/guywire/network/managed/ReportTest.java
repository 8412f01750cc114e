package guywire.network.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.address.IpAddress;
import guywire.network.Transport;
import guywire.network.managed.Report.ForwardReport;
import guywire.network.managed.Report.Mend;
import guywire.network.managed.Report.Words;
import guywire.network.text.Text;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What nodes tell of themselves. */
class ReportTest {

  private static Report report(List<Words> drift, List<Mend> mends) {
    return new Report(
        1,
        "0.1.0",
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        OptionalLong.of(1_700_000_000_000L),
        drift,
        mends,
        List.of());
  }

  private static ForwardReport forward(int port, long connections) {
    return new ForwardReport(
        IpAddress.parse("10.0.0.9"),
        IpAddress.parse("10.0.0.1"),
        Transport.TCP,
        port,
        IpAddress.parse("192.168.1.5"),
        22,
        7200,
        connections,
        3,
        4096);
  }

  private static Report of(List<ForwardReport> forwards) {
    return new Report(
        1,
        "0.1.0",
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        OptionalLong.empty(),
        List.of(),
        List.of(),
        forwards);
  }

  @Test
  void what_is_passed_on_is_read_as_it_was_written_and_left_out_where_nothing_is()
      throws Exception {
    var report = of(List.of(forward(2222, 1), forward(2223, 0)));
    assertThat(Report.CODEC.read(Report.CODEC.write(report))).isEqualTo(report);
    assertThat(Report.CODEC.write(of(List.of()))).doesNotContain("forwards");
    var most = Collections.nCopies(Report.MOST_FORWARDS + 1, forward(2222, 1));
    assertThatThrownBy(() -> of(most)).isInstanceOf(IllegalArgumentException.class);
    for (int wrong : new int[] {0, -1, 0x10000}) {
      assertThatThrownBy(() -> forward(wrong, 1)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> forward(2222, -1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void what_drifted_and_was_mended_is_read_as_it_was_written() throws Exception {
    var words = new Words("route 10.0.0.0/8 is gone", "路由 10.0.0.0/8 不见了");
    var report = report(List.of(words), List.of(new Mend(Mend.Outcome.GIVEN_UP, words, 7)));
    assertThat(Report.CODEC.read(Report.CODEC.write(report))).isEqualTo(report);
  }

  @Test
  void a_report_of_an_older_program_has_no_clock() throws Exception {
    var report = Report.CODEC.read("{\"version\": 1, \"program\": \"0.0.9\"}");
    assertThat(report.clockMillis()).isEmpty();
    assertThat(report.drift()).isEmpty();
  }

  @Test
  void long_words_are_cut_between_characters_and_made_plain() {
    for (int before = 260; before < 310; before++) {
      var words = Words.of(lacks("x".repeat(before) + "𝄞".repeat(40)));
      assertThat(words.english().length()).as("%d", before).isBetween(299, 300);
      assertThat(words.chinese().length()).as("%d", before).isBetween(299, 300);
    }
    assertThat(Words.of(lacks("a\nb\u202e")).english())
        .isEqualTo("the document lacks a\\u000ab\\u202e");
  }

  /** A message with this in it. */
  private static Text lacks(String what) {
    return new Text("guywire.network.json.messages", "document.missing-field", List.of(what));
  }

  @Test
  void more_than_a_report_holds_is_refused() {
    var many = Collections.nCopies(21, new Words("x", "x"));
    assertThatThrownBy(() -> report(many, List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Words("a\u202eb", ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Mend(Mend.Outcome.MENDED, new Words("x", "x"), -1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
