# Sourced by bin/tictac and bin/test: keeps .venv in the checkout up to date.
#
# A stamp in .venv holds the checkout's path and a checksum of the files that decide what is
# installed. While it fits, nothing runs and no network is needed.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv

# fingerprint: path and checksum, on one line
fingerprint() {
    printf '%s %s\n' "$root" "$(cat "$root/setup.cfg" "$root/pyproject.toml" | cksum)"
}

# is_current STAMP: succeeds while .venv is what the checkout asks for
is_current() {
    [[ -x $venv/bin/python && -f $venv/$1 && $(<"$venv/$1") == "$(fingerprint)" ]]
}

# find_python: prints the first interpreter that is 3.11 or newer and can make environments
find_python() {
    local candidate
    for candidate in python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3; do
        if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
            >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    echo "tictac needs Python 3.11 or newer with its venv module; none was found as python3," \
        "python3.11 ... python3.14 (on Debian and Ubuntu: apt install python3 python3-venv)" >&2
    return 1
}

# prepare STAMP EXTRAS WHAT: brings .venv up to date, one process at a time
prepare() {
    local stamp=$1 extras=$2 what=$3 python output
    is_current "$stamp" && return
    python=$(find_python) || return 1
    if [[ -L $venv ]]; then
        echo "$venv is a link: what it points to is somebody else's; remove the link" >&2
        return 1
    fi
    exec 9>>"$root/.venv.lock"
    # The lock belongs to the open file, which this shell shares, so it outlives the interpreter
    # (macOS has no flock command).
    "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
    if ! is_current "$stamp"; then
        echo "preparing $what in .venv (once, about a minute) ..." >&2
        output=$(install_into_venv "$python" "$extras" 2>&1) || {
            printf '%s\ncould not prepare %s; the lines above say why\n' "$output" "$what" >&2
            return 1
        }
        fingerprint >"$venv/$stamp"
    fi
    exec 9>&-
}

# install_into_venv PYTHON EXTRAS: makes .venv anew when it is missing, broken or was moved
install_into_venv() {
    local python=$1 extras=$2
    if [[ ! -x $venv/bin/python || ! -f $venv/home || $(<"$venv/home") != "$root" ]]; then
        "$python" -m venv --clear "$venv" || return
        printf '%s\n' "$root" >"$venv/home"
    fi
    # Without a home, pip would make one for its cache where it is allowed to.
    [[ -d ${HOME:-} ]] || export PIP_NO_CACHE_DIR=1
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --editable "$root$extras"
}
