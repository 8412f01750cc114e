# Shared by bench/lookups and bench/ciphers: builds the benchmarks and runs one of them by JMH.
# Sourced by bash with GUYWIRE_HOME set.
export GUYWIRE_TRUST=1
. "$GUYWIRE_HOME/launch.sh"

# run_jmh CLASS JMH-OPTIONS...
run_jmh() {
  find_jdk || exit $?
  need mvn:maven || exit $?
  cd "$GUYWIRE_HOME" || exit 1
  mvn -q -B -pl bench -am -DskipTests -Dspotless.check.skip=true compile \
    dependency:build-classpath -Dmdep.outputFile=target/classpath </dev/null || exit 1
  "$JAVA" -cp "bench/target/classes:$(<bench/target/classpath)" org.openjdk.jmh.Main "$@"
}
