# Shared by guywire, guywire-tunnel and test: finds JDK 25, builds when needed, names what is missing.
# Sourced by bash with GUYWIRE_HOME set to the directory of this file.

. "$GUYWIRE_HOME/trust.sh"

GUYWIRE_LIB=$GUYWIRE_HOME/cli/target/lib
GUYWIRE_AOT=$GUYWIRE_HOME/cli/target/aot

# Sets JAVA_HOME and JAVA to a JDK 25. The version is read from the JDK's own release file, because
# starting each candidate to ask would cost more than the program itself.
find_jdk() {
  local home foreign
  known_processor "$HOSTTYPE" || known_processor "$(uname -m)" || {
    echo "guywire: this processor ($(uname -m)) is not one that Guywire knows the system calls of:" \
      "x86-64, arm64, RISC-V and LoongArch, all with 64 bits." >&2
    return 77
  }
  for home in "${GUYWIRE_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25* /usr/lib/jvm/default-java \
    /opt/*jdk*25* /usr/local/*jdk*25* "${HOME:-}"/.sdkman/candidates/java/25* "${HOME:-}"/.jdks/*25* PATH; do
    [ "$home" != PATH ] || home=$(path_jdk) || break
    if [ -n "$home" ] && [ -x "$home/bin/java" ] && is_jdk_25 "$home"; then
      if ! trusting && foreign=$(foreign_above "$home"/{bin/java,release,lib/{jvm.cfg,modules,libjli.so,server/libjvm.so}}); then
        echo "guywire: root does not run the JDK in $(printf %q "$home"): $foreign" >&2
        continue
      fi
      export JAVA_HOME=$home
      JAVA=$home/bin/java
      return 0
    fi
  done
  echo "guywire: JDK 25 was not found in GUYWIRE_JAVA_HOME, JAVA_HOME, /usr/lib/jvm or PATH. Install one" \
    "(for instance the package temurin-25-jdk from adoptium.net) or set GUYWIRE_JAVA_HOME to it." >&2
  return 77
}

known_processor() { [[ $1 =~ ^(x86_64|aarch64|riscv64|loongarch64)$ ]]; }

# The JDK whose java is found by PATH.
path_jdk() {
  local java
  java=$(command -v java) && java=$(readlink -f "$java") && dirname "$(dirname "$java")"
}

is_jdk_25() {
  local line
  [ -r "$1/release" ] || return 1
  while IFS= read -r line; do
    [[ $line != 'JAVA_VERSION="25'[.\"]* ]] || return 0
  done <"$1/release"
  return 1
}

# need COMMAND:PACKAGE...: installs what is missing through apt when root, saying so first;
# otherwise names it. GUYWIRE_NO_INSTALL=1 (the option --no-install) only names it.
need() {
  local pair missing=()
  for pair in "$@"; do
    if [[ $pair == /* ]]; then
      [ -e "${pair%%:*}" ] || missing+=("${pair##*:}")
    else
      command -v "${pair%%:*}" >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null ||
        missing+=("${pair##*:}")
    fi
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local install="apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" != 0 ] || [ -n "${GUYWIRE_NO_INSTALL:-}" ] || ! command -v apt-get >/dev/null; then
    echo "guywire: this machine lacks ${missing[*]}. Install with: sudo $install" >&2
    return 77
  fi
  echo "guywire: installing what is missing: ${missing[*]}" >&2
  local log
  log=$(mktemp)
  if ! (DEBIAN_FRONTEND=noninteractive $install || { apt-get update && DEBIAN_FRONTEND=noninteractive $install; }) \
    </dev/null >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    echo "guywire: that failed. Try it by hand: $install" >&2
    return 77
  fi
  rm -f "$log"
}

# Whether the jars are there and no source is newer than they are.
is_built() {
  [ -f "$GUYWIRE_LIB/built" ] || return 1
  [ -d "$GUYWIRE_HOME/protocol/src" ] || return 0
  [ -z "$(find "$GUYWIRE_HOME"/pom.xml "$GUYWIRE_HOME"/*/pom.xml "$GUYWIRE_HOME"/*/src/main "$GUYWIRE_HOME"/web/package-lock.json \
    -newer "$GUYWIRE_LIB/built" -type f -print -quit)" ]
}

# Builds the programs when they are missing or older than their sources, showing how far it is. As root it
# neither builds nor leaves to be run what somebody else could have changed.
ensure_built() {
  if [[ $GUYWIRE_HOME == *:* ]]; then
    echo "guywire: the name of its directory holds a colon, which a class path can't: $(printf %q "$GUYWIRE_HOME")" >&2
    return 77
  fi
  if ! is_built; then
    own_sources || return $?
    find_jdk || return $?
    need mvn:maven flock:util-linux || return $?
    # The lock is that of a directory: there is no file that somebody could have put there.
    exec 8<"$GUYWIRE_HOME/cli"
    flock 8
    if ! is_built; then
      build || { exec 8<&-; return 1; }
    fi
    exec 8<&-
  fi
  own_files "$GUYWIRE_HOME"/{guywire,guywire-tunnel,launch.sh,trust.sh} "$GUYWIRE_LIB" "$GUYWIRE_LIB"/*.jar \
    "$GUYWIRE_AOT" "$GUYWIRE_AOT"/*
}

# Whether what Maven has fetched are the bytes that were reviewed: dependencies.sha256 has those of every file,
# plugins included; what is not there yet is left out. With a directory, also whether each jar in it is one of
# these or our own.
check_dependencies() {
  local list=$GUYWIRE_HOME/dependencies.sha256 repository=${GUYWIRE_REPOSITORY:-~/.m2/repository} wrong=() hash file
  if [ -d "$repository" ]; then
    mapfile -t wrong < <(cd "$repository" && sha256sum --quiet --ignore-missing -c "$list" 2>/dev/null | sed -n 's/: FAILED.*//p')
  fi
  [ $# = 0 ] || while read -r hash file; do
    [ -f "$GUYWIRE_HOME/$(basename "$file" | sed 's/-[0-9].*//')/pom.xml" ] || grep -q "^$hash " "$list" || wrong+=("$file")
  done < <(find "$1" -name '*.jar' -exec sha256sum -- {} +)
  [ ${#wrong[@]} -gt 0 ] || return 0
  echo "guywire: these are not the libraries that were reviewed (dependencies.sha256): $(printf '%q ' "${wrong[@]}")" >&2
  echo "guywire: remove them and build again; if it stays so, somebody has exchanged them" >&2
  return 1
}

build() {
  local kept=$GUYWIRE_HOME/cli/target/build.log start=$SECONDS line log
  rm -rf "$GUYWIRE_LIB" "$GUYWIRE_AOT"
  check_dependencies || return 1
  mkdir -p "$GUYWIRE_HOME/cli/target"
  log=$(mktemp "$GUYWIRE_HOME/cli/target/build.XXXXXX") || return 1
  echo "guywire: building (the first time takes a few minutes, most of it fetching libraries)" >&2
  (cd "$GUYWIRE_HOME" && mvn -B -pl cli -am package -DskipTests -Dspotless.check.skip=true </dev/null 2>&1 8>&-) |
    tee "$log" | while IFS= read -r line; do
      case $line in
        *"Downloaded from"*) fetched=$((${fetched:-0} + 1))
          [ -t 2 ] && [ $((fetched % 10)) = 0 ] && printf '\r\033[K  fetching libraries: %d files' "$fetched" >&2 ;;
        "guywire: the page "*) [ -t 2 ] && printf '\r\033[K' >&2
          echo "$line" >&2 ;;
        "[INFO] Building guywire "*) ;;
        "[INFO] Building "*"["*"/"*) [ -t 2 ] && printf '\r\033[K' >&2
          echo "  ${line#"[INFO] Building "}" >&2 ;;
      esac
    done
  if [ ! -d "$GUYWIRE_LIB" ] || ! grep -q 'BUILD SUCCESS' "$log"; then
    mv -f "$log" "$kept"
    grep '^\[ERROR\]' "$kept" | head -n 12 >&2
    echo "guywire: the build failed; all of it is in $(printf %q "$kept")" >&2
    return 1
  fi
  mv -f "$log" "$kept"
  # Before anything of it is run.
  check_dependencies "$GUYWIRE_LIB" || { rm -rf "$GUYWIRE_LIB"; return 1; }
  echo "  preparing a fast start" >&2
  mkdir -p "$GUYWIRE_AOT"
  train
  # Made last: its presence says that everything before it is complete.
  : >"$GUYWIRE_LIB/built"
  echo "guywire: built in $((SECONDS - start)) s" >&2
}

# Records which classes the programs load and how they are linked (the JDK's AOT cache), so that they
# start in a fraction of the time. Without the caches they run all the same.
train() {
  # picocli is compiled for Java 5, and the cache takes nothing that old. Without it, it starts more slowly.
  "$JAVA" "$GUYWIRE_HOME/scripts/ModernClasses.java" "$GUYWIRE_LIB"/picocli-*.jar </dev/null || true
  train_commands || true
  train_tunnel || true
}

train_commands() {
  # The JVM reads all of a cache, so what is over at once has one of its own.
  "$JAVA" "${CLI_JVM[@]}" "${UNTRAINED[@]}" -XX:AOTCacheOutput="$GUYWIRE_AOT/small.aot" -cp "$(classpath)" guywire.cli.TrainingRun \
    </dev/null >/dev/null 2>&1
  "$JAVA" "${CLI_JVM[@]}" -XX:AOTCacheOutput="$GUYWIRE_AOT/guywire.aot" -cp "$(classpath)" guywire.cli.TrainingRun \
    "$GUYWIRE_HOME/examples" </dev/null >/dev/null 2>&1
  train_node
  # Thousands of classes more, that no other command would ever ask for.
  "$JAVA" "${CLI_JVM[@]}" -XX:AOTCacheOutput="$GUYWIRE_AOT/serve.aot" -cp "$(classpath)" guywire.cli.ServeTrainingRun \
    </dev/null >/dev/null 2>&1
}

# What commands do on a node that is set up, in namespaces where they find nothing of this machine. Without a
# launcher's place the tunnel there is started as it is, because no cache is there yet. Where none of that is
# allowed, the cache has what they do where there is no node. What failed is made again, as for a tunnel.
train_node() {
  local java=("$JAVA" "${CLI_JVM[@]}" "${UNTRAINED[@]}" -Dguywire.home= -XX:AOTCacheOutput="$GUYWIRE_AOT/node.aot"
    -cp "$(classpath)") attempt
  local inside='mount -t tmpfs training /run && mkdir /run/training && "$@" /run/training'
  local alone=(unshare --net --mount --pid --fork --kill-child --mount-proc)
  if "${alone[@]}" mount -t tmpfs training /run 2>/dev/null; then
    for attempt in 1 2 3; do
      rm -f "$GUYWIRE_AOT/node.aot"
      "${alone[@]}" bash -c "$inside" bash "${java[@]}" guywire.cli.NodeTrainingRun </dev/null >/dev/null 2>&1 &&
        takes_commands node && return 0
    done
    echo "guywire: the training run of a node failed; commands on nodes will start more slowly" >&2
  fi
  "${java[@]}" guywire.cli.TrainingRun </dev/null >/dev/null 2>&1
}

# Whether the JVM takes a cache of commands.
takes_commands() {
  "$JAVA" "${CLI_JVM[@]}" -XX:AOTMode=on -XX:AOTCache="$GUYWIRE_AOT/$1.aot" -cp "$(classpath)" guywire.cli.Main --version \
    </dev/null >/dev/null 2>&1
}

# All jars, where they are now: an installation may have been moved or copied. Those first in which every command
# finds its texts, because all before them are opened to look.
classpath() {
  local IFS=: jar first=() jars=()
  for jar in "$GUYWIRE_LIB"/*.jar; do
    case ${jar##*/} in
      cli-* | network-* | node-* | guard-*) first+=("$jar") ;;
      *) jars+=("$jar") ;;
    esac
  done
  jars=("${first[@]}" "${jars[@]}")
  printf %s "${jars[*]}"
}

# The data plane's own jars: it needs none of the others.
tunnel_classpath() {
  printf '%s:%s:%s:%s:%s' "$GUYWIRE_LIB"/tunnel-*.jar "$GUYWIRE_LIB"/guard-*.jar "$GUYWIRE_LIB"/linux-*.jar "$GUYWIRE_LIB"/protocol-*.jar \
    "$GUYWIRE_LIB"/address-*.jar
}

# In two network namespaces, where two tunnels carry streams to each other: so the cache has what the
# packets' way needs too. Where that is not allowed, only the start is recorded. A recording that failed, or for which
# too little was carried, would make every start slow from then on: it is made again.
train_tunnel() {
  local java=("$JAVA" "${TUNNEL_JVM[@]}" -XX:AOTCacheOutput="$GUYWIRE_AOT/tunnel.aot" -cp "$(tunnel_classpath)") attempt
  local both='unshare -n sleep 120 & "$@" $!; code=$?; kill $!; exit $code'
  if unshare -n true 2>/dev/null; then
    for attempt in 1 2 3; do
      rm -f "$GUYWIRE_AOT/tunnel.aot"
      unshare -n bash -c "$both" bash "${java[@]}" guywire.tunnel.TunnelTrainingRun </dev/null >/dev/null 2>&1 && is_trained && return 0
    done
    echo "guywire: the training run of a tunnel failed; tunnels will be slow in their first seconds" >&2
  fi
  is_trained || "${java[@]}" guywire.tunnel.Main --version </dev/null >/dev/null 2>&1
}

# Whether the JVM takes the tunnel's cache.
is_trained() {
  "$JAVA" "${TUNNEL_JVM[@]}" -XX:AOTMode=on -XX:AOTCache="$GUYWIRE_AOT/tunnel.aot" -cp "$(tunnel_classpath)" \
    guywire.tunnel.Main --version </dev/null >/dev/null 2>&1
}

# picocli would look in every jar for a class of Groovy's.
CLI_JVM=(-Dsun.jnu.encoding=UTF-8 -Dpicocli.disable.closures=true -XX:+UseSerialGC -Xss2m -Xms24m -Xmx1g -XX:-UsePerfData --enable-native-access=ALL-UNNAMED "-Xlog:disable" "-Xlog:all=error:stderr"
  -Dguywire.home="$GUYWIRE_HOME" -Dguywire.aot="$GUYWIRE_AOT")

# A server begins small, grows with what it has to prove, and gives back what it no longer needs: of the heap all at
# once and not in steps, and of the C library's memory what the JVM's compilers took. What is young needs little room at
# any size of the rest: a third of it would be young, and stay so at rest.
SERVE_JVM=(-Xms16m -Xmx512m -XX:MaxNewSize=16m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30 -XX:-ShrinkHeapInSteps
  -XX:TrimNativeHeapInterval=30000)

# What only looks is interpreted to its end for the most part: how often the training run did what is not worth its
# place in a cache, all of which is moved at each start.
UNTRAINED=(-XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining)

# A data plane is small: its heap holds peers and prefixes, its buffers lie outside. What the JVM would do
# from time to time is off, so that an idle tunnel sleeps. What makes classes at the start is not worth the
# quarter of a second that it takes to compile it, nor the memory. Should the JVM crash, it
# leaves no image of its memory, which holds keys. The opened packages are those of the JDK's own cipher kernels,
# without which another engine is used.
TUNNEL_JVM=(-XX:+UseSerialGC -Xms8m -Xmx1g -Xss512k -XX:ReservedCodeCacheSize=32m -XX:-UsePerfData
  -XX:+UnlockDiagnosticVMOptions -XX:AsyncDeflationInterval=0 -XX:GuaranteedAsyncDeflationInterval=0
  -XX:GuaranteedSafepointInterval=0 -XX:ServiceThreadCleanupInterval=0 -XX:-UseDynamicNumberOfCompilerThreads
  -XX:-PrintWarnings -XX:-CreateCoredumpOnCrash
  -XX:CompileCommand=quiet "-XX:CompileCommand=CompileThresholdScaling,jdk.internal.classfile.impl.*::*,100.0"
  "-Xlog:disable" "-Xlog:all=error:stderr" --enable-native-access=ALL-UNNAMED
  --add-opens=java.base/com.sun.crypto.provider=ALL-UNNAMED --add-opens=java.base/sun.security.util.math=ALL-UNNAMED
  --add-opens=java.base/sun.security.util.math.intpoly=ALL-UNNAMED)

# What a package has installed is there already, with a Java runtime of its own.
[ ! -f "$GUYWIRE_HOME/package" ] || . "$GUYWIRE_HOME/installed.sh"
