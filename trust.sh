# What the launchers let root run: nothing that somebody else could have put there. Sourced by launch.sh
# before anything else; with GUYWIRE_TRUST=1 (the option --trust) whoever calls vouches for all of it.
#
# Nobody else: root himself and whoever called sudo, who could as well replace the launcher. A sticky
# directory, such as /tmp, is safe for what lies in it already and is owned by one of them.

# Variables by which others could choose what runs: they load code or options into every program below.
OTHERS_CODE=(JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS CLASSPATH MAVEN_OPTS MAVEN_ARGS MAVEN_HOME M2_HOME
  BASH_ENV ENV CDPATH GLOBIGNORE GCONV_PATH OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES XTABLES_LIBDIR)

SYSTEM_PATH=/usr/sbin:/usr/bin:/sbin:/bin

trusting() { [ "$EUID" != 0 ] || [ -n "${GUYWIRE_TRUST:-}" ]; }

# foreign PATH...: prints the first of these that somebody else could change, and why, and succeeds; fails if
# there is none. What is not there is left out.
foreign() {
  local owner group mode path why
  while read -r -d '' owner group mode path; do
    why=
    if [ "$owner" != 0 ] && [ "$owner" != "${SUDO_UID:-0}" ]; then
      why="belongs to user $owner"
    elif (((0x$mode & 0xf200) == 0x4200)); then
      continue # a sticky directory
    elif ((0x$mode & 0x02)); then
      why="can be written by everybody"
    elif ((0x$mode & 0x10)) && [ "$group" != 0 ] &&
      { [ "$group" != "${SUDO_GID:-0}" ] || [ "$group" != "${SUDO_UID:-0}" ]; }; then
      why="can be written by group $group"
    fi
    if [ -n "$why" ]; then
      printf '%q %s\n' "$path" "$why"
      return 0
    fi
  done < <(stat -L --printf '%u %g %f %n\0' -- "$@" 2>/dev/null)
  return 1
}

# Adds to the array `chain` a path and the directories above it.
chain() {
  local path=$1
  while [ -n "$path" ] && [ -z "${seen[$path]:-}" ]; do
    seen[$path]=1
    chain+=("$path")
    path=${path%/*}
  done
}

# foreign_above PATH...: as foreign, of these and every directory above them, where links lead too.
foreign_above() {
  local path chain=(/) resolved
  local -A seen=()
  mapfile -d '' resolved < <(readlink -z -m -- "$@")
  for path in "$@" "${resolved[@]}"; do
    chain "$path"
  done
  foreign "${chain[@]}"
}

# Leaves in the environment only what root chose. Says what it leaves out.
own_environment() {
  trusting && return 0
  local name dir dirs left=() kept=() lost=() inherited=${inherited_path-$PATH}
  inherited=${inherited:-$SYSTEM_PATH}
  for name in "${OTHERS_CODE[@]}" "${!LD_@}"; do
    [ -z "${!name:-}" ] || left+=("$name")
    unset "$name"
  done
  IFS=: read -r -d '' -a dirs < <(printf '%s:\0' "$inherited")
  if foreign_above "${dirs[@]}" >/dev/null || [[ :$inherited: =~ :[^/] ]]; then
    for dir in "${dirs[@]}"; do
      if [[ $dir != /* ]] || foreign_above "$dir" >/dev/null; then lost+=("$dir"); else kept+=("$dir"); fi
    done
    inherited=$(IFS=:; echo "${kept[*]}")
    left+=("PATH's ${lost[*]@Q}")
  fi
  export PATH=${inherited:-$SYSTEM_PATH}
  [ ${#left[@]} = 0 ] || echo "guywire: as root it leaves out of the environment: ${left[*]}" >&2
}

# own_files PATH...: whether nobody else could have changed these or a directory above them; otherwise asks
# for a decision.
own_files() {
  trusting && return 0
  local found
  found=$(foreign_above "$@") || return 0
  distrust "$found"
}

# own_sources: the same of everything that a build reads.
own_sources() {
  trusting && return 0
  local found owners=(-uid 0) groups=(-gid 0)
  own_files "$GUYWIRE_HOME" || return $?
  if [ -n "${SUDO_UID:-}" ]; then
    owners+=(-o -uid "$SUDO_UID")
    [ "${SUDO_GID:-}" != "$SUDO_UID" ] || groups+=(-o -gid "$SUDO_GID")
  fi
  IFS= read -r -d '' found < <(find "$GUYWIRE_HOME" -name .git -prune -o \( ! \( "${owners[@]}" \) -o ! -type l \
    \( -perm -002 -o -perm -020 ! \( "${groups[@]}" \) \) \) -print0 -quit) || return 0
  found=$(foreign "$found" || printf '%q belongs to somebody else' "$found")
  distrust "$found"
}

distrust() {
  echo "guywire: root would run what somebody else can change: $1." \
    "Make it root's own (chown -R root: $(printf %q "$GUYWIRE_HOME"); chmod -R go-w $(printf %q "$GUYWIRE_HOME"))," \
    "or say --trust to run it all the same." >&2
  return 77
}

own_environment
