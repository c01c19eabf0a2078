#!/bin/bash
# Installs sm_onboard when a JupyterLab space of SageMaker Studio starts.
#
# A lifecycle configuration that fails, or takes five minutes, keeps the space from starting.
# So this one always ends with 0 and does its work beside the start, within a time limit.
# It is harmless the second time, and when nothing can be reached. README.md says how to use it.

# shellcheck disable=SC2329  # the functions are called in the shell that declare -f makes
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"

# --- Settings: change them here; a lifecycle configuration is given no variables -----------

# What pip is asked for. With a version, every start installs the same: sm_onboard==0.1.0
: "${SM_ONBOARD_REQUIREMENT:=sm_onboard}"
# Wheels, for spaces without internet: s3://BUCKET/PREFIX/, s3://BUCKET/NAME.whl or a folder.
# Empty: the package index that pip is configured for.
: "${SM_ONBOARD_WHEELS:=}"
# The team's onboard.yaml: a path, an s3:// address, or git+https://...#path. Empty: none.
: "${SM_ONBOARD_TEAM_FILE:=}"
# Where JupyterLab runs.
: "${SM_ONBOARD_PYTHON:=/opt/conda/bin/python}"
# Seconds that the start of the space waits for it, and after which it is given up.
: "${SM_ONBOARD_WAIT:=30}"
: "${SM_ONBOARD_LIMIT:=240}"

# --- Nothing below needs to be changed ------------------------------------------------------

# What JupyterLab, the AWS tools and the image's own extensions were tested with stays.
SM_ONBOARD_KEPT="boto3 botocore aiobotocore s3transfer awscli jupyterlab jupyterlab-server
  jupyter-server jupyter-client jupyter-core jupyter-events notebook ipykernel ipython tornado
  pydantic numpy pandas"

say() {
  local line
  line="$(date -u +%FT%TZ) sm-onboard: $*"
  echo "$line"
  # CloudWatch shows what is written there.
  local seen="${STUDIO_LOGGING_DIR:-/var/log/apps}/app_container.log"
  if [ -f "$seen" ] && [ -w "$seen" ]; then echo "$line" >>"$seen"; fi
}

# name==version of every package, sorted.
packages() {
  "$SM_ONBOARD_PYTHON" -c '
import importlib.metadata as m
names = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in m.distributions()
         if d.metadata["Name"]}
print("\n".join(sorted(f"{n}=={v}" for n, v in names.items())))'
}

pip_install() {
  timeout 200 "$SM_ONBOARD_PYTHON" -m pip install --no-input --disable-pip-version-check \
    --progress-bar off --retries 1 --timeout 10 --constraint kept.txt \
    "$@" "$SM_ONBOARD_REQUIREMENT"
}

# Replaces the wheels kept in the home by those of the folder $1.
replace_wheels() {
  if compgen -G "$1/*.whl" >/dev/null && rm -rf "$state/wheels"; then mv "$1" "$state/wheels"; fi
}

fetch_wheels() {
  local limits=(--only-show-errors --cli-connect-timeout 5 --cli-read-timeout 20)
  mkdir fetched
  case "$SM_ONBOARD_WHEELS" in
    s3://*.whl) timeout 90 aws s3 cp "${limits[@]}" "$SM_ONBOARD_WHEELS" fetched/ ;;
    s3://*)
      timeout 90 aws s3 cp "${limits[@]}" --recursive --exclude '*' --include '*.whl' \
        "$SM_ONBOARD_WHEELS" fetched/
      ;;
    *) cp "$SM_ONBOARD_WHEELS"/*.whl fetched/ ;;
  esac && replace_wheels fetched
}

install_it() {
  if [ -n "$SM_ONBOARD_WHEELS" ] && ! fetch_wheels; then
    say "no wheels from $SM_ONBOARD_WHEELS; trying those of an earlier start"
  fi
  # First without the network: what is kept in the home is quick and always there.
  if compgen -G "$state/wheels/*.whl" >/dev/null; then
    pip_install --no-index --find-links "$state/wheels" && return
    pip_install --find-links "$state/wheels"
  else
    pip_install
  fi
}

# Keeps the wheels of what was installed from the index, for the next start.
keep_wheels() {
  [ -z "$SM_ONBOARD_WHEELS" ] || return 0
  mkdir downloaded
  # shellcheck disable=SC2046  # names and versions, one word each
  timeout 90 "$SM_ONBOARD_PYTHON" -m pip download --quiet --no-input --no-deps \
    --disable-pip-version-check --retries 1 --timeout 10 --dest downloaded \
    "$SM_ONBOARD_REQUIREMENT" $(grep -v '^sm-onboard==' changed.txt) && replace_wheels downloaded
}

# Says where the team file is, in a file of JupyterLab's own configuration; 0 if that is new.
configure() {
  [ -n "$SM_ONBOARD_TEAM_FILE" ] || return 1
  "$SM_ONBOARD_PYTHON" - "$SM_ONBOARD_TEAM_FILE" <<'PYTHON'
import json, pathlib, sys
text = json.dumps({"SmOnboard": {"team_file": sys.argv[1]}}) + "\n"
for top in (pathlib.Path(sys.prefix, "etc/jupyter"), pathlib.Path.home() / ".jupyter"):
    path = top / "jupyter_server_config.d" / "sm_onboard_team.json"
    try:
        if path.is_file() and path.read_text() == text:
            sys.exit(1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        sys.exit(0)
    except OSError:
        continue
sys.exit(1)
PYTHON
}

# A server extension is loaded when JupyterLab's server starts, which it may have done by now.
restart_server() {
  if ! command -v restart-jupyter-server >/dev/null; then
    say "there is no restart-jupyter-server here; JupyterLab loads it at its next start"
  elif grep -qsaF "$HOME/.local/share/jupyter/runtime/kernel-" /proc/[0-9]*/cmdline; then
    # Somebody is at work already, and a restart would end their kernels.
    say "kernels are running; run restart-jupyter-server in a terminal when it suits you"
  else
    say "restarting JupyterLab's server"
    timeout 60 restart-jupyter-server </dev/null 9>&- || say "the restart failed"
  fi
}

work() {
  exec 9>"$lock"
  if ! flock -n 9; then
    say "another start is at it"
    return
  fi
  local aside name
  aside="$(mktemp -d)" || return
  # shellcheck disable=SC2064  # the folder as it is named now
  trap "rm -rf '$aside'" EXIT
  # Not the home: pip and python must not find modules there.
  cd "$aside" || return
  if ! packages >before.txt; then
    say "no usable Python at $SM_ONBOARD_PYTHON"
    return
  fi
  for name in $SM_ONBOARD_KEPT; do grep "^$name==" before.txt; done >kept.txt
  if ! install_it; then
    say "could not install $SM_ONBOARD_REQUIREMENT; JupyterLab works without it"
    return
  fi
  packages >after.txt
  LC_ALL=C comm -13 before.txt after.txt >changed.txt
  local new=no
  if [ -s changed.txt ]; then new=yes; fi
  if configure; then new=yes; fi
  if [ "$new" = no ]; then
    say "nothing to do"
    return
  fi
  say "installed: $(tr '\n' ' ' <changed.txt)"
  restart_server
  keep_wheels
}

main() {
  # In recovery mode somebody repairs the space: stay away.
  [ -z "${SAGEMAKER_RECOVERY_MODE:-}" ] || return
  # A custom image may have JupyterLab elsewhere; a Python without it is not the one meant.
  if ! [ -x "$SM_ONBOARD_PYTHON" ]; then
    SM_ONBOARD_PYTHON="$(command -v python3)" || return
    (cd / && "$SM_ONBOARD_PYTHON" -c 'import jupyter_server') 2>/dev/null || return
  fi
  state="$HOME/.local/state/sm-onboard"
  mkdir -p "$state" 2>/dev/null
  if ! [ -w "$state" ]; then state="$(mktemp -d)" || return; fi
  lock="/tmp/sm-onboard-lifecycle.$(id -u).lock"
  local log="$state/lifecycle.log"
  if [ "$(stat -c %s "$log" 2>/dev/null || echo 0)" -gt 262144 ]; then rm -f "$log"; fi
  export state lock SM_ONBOARD_REQUIREMENT SM_ONBOARD_WHEELS SM_ONBOARD_TEAM_FILE \
    SM_ONBOARD_PYTHON SM_ONBOARD_KEPT
  # In a session of its own, so that it outlives this script, and with no file of this script
  # open, so that nobody waits for it. Functions exported would reach every other program.
  setsid timeout --kill-after=10 "$SM_ONBOARD_LIMIT" bash -c "$(declare -f say packages \
    pip_install replace_wheels fetch_wheels install_it keep_wheels configure restart_server work)
    work" </dev/null >>"$log" 2>&1 &
  local worker=$! waited
  for ((waited = 0; waited < SM_ONBOARD_WAIT * 5; waited++)); do
    kill -0 "$worker" 2>/dev/null || break
    sleep 0.2
  done
  disown "$worker" 2>/dev/null
}

(main "$@")
exit 0
