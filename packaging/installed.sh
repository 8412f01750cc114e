# In place of what launch.sh does for a checkout: a package has brought the jars and a Java runtime of its own,
# so nothing is looked for and nothing is built. Sourced by launch.sh.

GUYWIRE_LIB=$GUYWIRE_HOME/lib
GUYWIRE_AOT=$GUYWIRE_HOME/aot
JAVA_HOME=$GUYWIRE_HOME/runtime
JAVA=$JAVA_HOME/bin/java

# Of another version's caches no file is ever read, so both can be there during an upgrade.
while IFS='=' read -r key value; do
  case $key in
    version) GUYWIRE_VERSION=$value ;;
    caches) [ -z "$value" ] || GUYWIRE_AOT=$value/$GUYWIRE_VERSION ;;
  esac
done <"$GUYWIRE_HOME/package"

find_jdk() { export JAVA_HOME; }

ensure_built() {
  if [[ $GUYWIRE_HOME == *:* ]]; then
    echo "guywire: the name of its directory holds a colon, which a class path can't: $(printf %q "$GUYWIRE_HOME")" >&2
    return 77
  fi
  own_files "$GUYWIRE_HOME"/{guywire,guywire-tunnel,launch.sh,installed.sh,trust.sh,package} "$GUYWIRE_LIB" "$GUYWIRE_LIB"/* \
    "$JAVA_HOME"/{bin/java,lib/{jvm.cfg,modules,libjli.so,server/libjvm.so}} "$GUYWIRE_AOT" "$GUYWIRE_AOT"/*
}

CLI_JVM+=(-Dguywire.aot="$GUYWIRE_AOT" -Dguywire.version="$GUYWIRE_VERSION" -Dorg.sqlite.lib.path="$GUYWIRE_LIB")
TUNNEL_JVM+=(-Dguywire.version="$GUYWIRE_VERSION")
