package guywire.cli;

import java.time.Duration;

/** How long something lasts, roughly: in its largest unit. */
final class Durations {

  private Durations() {}

  static String said(Screen screen, long seconds) {
    var time = Duration.ofSeconds(seconds);
    if (time.toDays() > 0) {
      return screen.say("show.days", String.valueOf(time.toDays()));
    }
    if (time.toHours() > 0) {
      return screen.say("show.hours", String.valueOf(time.toHours()));
    }
    if (time.toMinutes() > 0) {
      return screen.say("show.minutes", String.valueOf(time.toMinutes()));
    }
    return screen.say("show.seconds", String.valueOf(seconds));
  }
}
