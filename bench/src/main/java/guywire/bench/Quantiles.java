package guywire.bench;

import java.util.Arrays;

/** Sorted samples. */
final class Quantiles {

  private final double[] sorted;

  private Quantiles(double[] sorted) {
    this.sorted = sorted;
  }

  /** Of samples in any order. */
  static Quantiles of(double[] samples) {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    return new Quantiles(sorted);
  }

  /** The smallest sample that at least this share (0 to 1) of all do not exceed; NaN of none. */
  double at(double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }

  /** The middle, or the mean of the two middle ones. */
  double median() {
    int half = sorted.length / 2;
    return sorted.length == 0 || sorted.length % 2 == 1
        ? at(0.5)
        : (sorted[half - 1] + sorted[half]) / 2;
  }
}
