#!/bin/sh
# Runs a PostgreSQL server of the Shop's own: private data directory, loopback only, stops with this process.
#
#   PORT                     TCP port on 127.0.0.1. Required.
#   MESH_STATE               directory for the data, this replica's own. Default: .mesh/shop
#   POSTGRES_PASSWORD_FILE   where the password is left (0600) for those who may know it: of the role "shop", which owns
#                            the database "shop". Default: .mesh/postgres.password
#
# Exit codes: 64 PORT is missing or wrong, 69 PostgreSQL cannot run on this machine (a Shop without it keeps its orders
# in memory), else the server's own.
set -eu

say() { printf 'postgres: %s\n' "$*"; }
fail() { code=$1; shift; say "$@" >&2; exit "$code"; }

case ${PORT:-} in
    '' | *[!0-9]*) fail 64 "PORT=${PORT:-} (must be the TCP port to listen on)" ;;
esac

password_file=${POSTGRES_PASSWORD_FILE:-.mesh/postgres.password}
(umask 077 && mkdir -p "$(dirname "$password_file")")
password_file=$(cd "$(dirname "$password_file")" && pwd -P)/$(basename "$password_file")

state=${MESH_STATE:-.mesh/shop}
mkdir -p "$state"
state=$(cd "$state" && pwd -P)

# --- The server's programs: the newest that can be found, or the one that made the data directory. ---

candidates() {
    for directory in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* \
        /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /Applications/Postgres.app/Contents/Versions/*/bin; do
        printf '%s\n' "$directory"
    done
    if command -v pg_config > /dev/null 2>&1; then pg_config --bindir; fi
    if command -v postgres > /dev/null 2>&1; then
        program=$(command -v postgres)
        # Follow a link: initdb has to be found beside the server.
        program=$(readlink -f "$program" 2> /dev/null || printf '%s\n' "$program")
        dirname "$program"
    fi
}

major() { "$1/postgres" --version 2> /dev/null | sed 's/^[^0-9]*\([0-9]*\).*/\1/'; }

find_programs() { # $1: wanted major version or empty
    found='' found_major=0
    saved_ifs=$IFS
    IFS='
'
    for directory in $(candidates); do
        [ -x "$directory/postgres" ] && [ -x "$directory/initdb" ] || continue
        version=$(major "$directory")
        [ -n "$version" ] || continue
        [ -z "$1" ] || [ "$version" = "$1" ] || continue
        if [ "$version" -gt "$found_major" ]; then found=$directory found_major=$version; fi
    done
    IFS=$saved_ifs
}

find_programs ''
[ -n "$found" ] || fail 69 "no PostgreSQL server found (looked on PATH, in pg_config --bindir and the usual places); install it, for example: apt-get install postgresql, dnf install postgresql-server, brew install postgresql"

# --- Who runs it: PostgreSQL refuses to run as root. ---

as='' user=$(id -un)
if [ "$(id -u)" = 0 ]; then
    user=''
    for name in postgres nobody; do
        if id -u "$name" > /dev/null 2>&1; then user=$name; break; fi
    done
    [ -n "$user" ] || fail 69 "running as root, which PostgreSQL refuses, and there is no user 'postgres' or 'nobody' to run it as"
    if setpriv --reuid "$(id -u "$user")" --regid "$(id -g "$user")" --clear-groups -- true > /dev/null 2>&1; then as=setpriv
    elif command -v runuser > /dev/null 2>&1; then as=runuser
    elif command -v su > /dev/null 2>&1; then as=su
    else fail 69 "running as root, which PostgreSQL refuses, and there is no setpriv, runuser or su to become '$user' with"
    fi
fi

unprivileged() {
    case $as in
        '') "$@" ;;
        setpriv) setpriv --reuid "$(id -u "$user")" --regid "$(id -g "$user")" --clear-groups -- "$@" ;;
        runuser) runuser -u "$user" -- "$@" ;;
        su) su -s /bin/sh "$user" -c 'exec "$0" "$@"' -- "$@" ;;
    esac
}

# --- Where its data is: in the app's state directory, unless that is root's own and the server's user cannot get there. ---

home=$state/postgres
mkdir -p "$home"
[ -z "$as" ] || chown "$user" "$home"
if [ -n "$as" ] && ! unprivileged test -x "$home"; then
    [ -L "$home" ] || rmdir "$home"
    real=/var/lib/mesh-shop/$(printf '%s' "$state" | cksum | cut -d ' ' -f 1)
    mkdir -p "$real"
    chmod 755 /var/lib/mesh-shop
    ln -sfn "$real" "$home"
    say "'$user' cannot reach $state, so the data is in $real"
    home=$real
fi
home=$(cd "$home" && pwd -P)
chmod 700 "$home"
[ -z "$as" ] || chown "$user" "$home"
data=$home/data
cd "$home" # the programs start where their user may be

# --- Make the cluster once; the rename at the end means that a half-made one is never used. ---

if [ ! -f "$data/PG_VERSION" ]; then
    say "making a database cluster in $data with $found ($found_major)"
    rm -rf "$data.new"
    (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$home/password")
    [ -z "$as" ] || chown "$user" "$home/password"
    unprivileged "$found/initdb" --pgdata="$data.new" --username=shop --pwfile="$home/password" --encoding=UTF8 --no-locale \
        --auth=scram-sha-256 > "$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; fail 1 "initdb failed"; }
    echo 'CREATE DATABASE shop;' | unprivileged "$found/postgres" --single -D "$data.new" postgres >> "$home/initdb.log" 2>&1 \
        || { cat "$home/initdb.log" >&2; fail 1 "could not create the database 'shop'"; }
    mv "$data.new" "$data"
else
    wanted=$(cat "$data/PG_VERSION")
    find_programs "$wanted"
    [ -n "$found" ] || fail 69 "$data was made by PostgreSQL $wanted, which is no longer here; install it, or remove $home to start with an empty database"
fi

(umask 077 && cat "$home/password" > "$password_file.new" && mv "$password_file.new" "$password_file")

# --- A server that an earlier run left behind is on its way out (see --pdeathsig below); give it a moment. ---

left_behind() {
    [ -f "$data/postmaster.pid" ] || return 1
    pid=$(head -n 1 "$data/postmaster.pid")
    # After a reboot the number may be anybody's.
    case $(ps -p "$pid" -o comm= 2> /dev/null) in *postgres* | *postmaster*) return 0 ;; *) return 1 ;; esac
}

tries=0
while left_behind; do
    [ "$tries" -lt 50 ] || fail 1 "a server with process id $pid is running on $data; stop it with: kill -INT $pid"
    tries=$((tries + 1))
    sleep 0.2
done

# --- Run it. ---

sockets=$home/run
[ "${#sockets}" -le 80 ] || sockets='' # a socket's path may be 107 bytes long; TCP is all the Shop needs
if [ -n "$sockets" ]; then
    mkdir -p "$sockets"
    chmod 700 "$sockets"
    [ -z "$as" ] || chown "$user" "$sockets"
fi

set -- "$found/postgres" -D "$data" -c listen_addresses=127.0.0.1 -c "port=$PORT" -c "unix_socket_directories=$sockets" \
    -c log_destination=stderr -c logging_collector=off -c log_line_prefix='' -c max_connections=100

# Where the kernel can do it, the server goes down with this shell even when the shell is killed.
case $as in
    setpriv) set -- setpriv --pdeathsig INT --reuid "$(id -u "$user")" --regid "$(id -g "$user")" --clear-groups -- "$@" ;;
    runuser) set -- runuser -u "$user" -- "$@" ;;
    su) set -- su -s /bin/sh "$user" -c 'exec "$0" "$@"' -- "$@" ;;
    '') if setpriv --pdeathsig INT true > /dev/null 2>&1; then set -- setpriv --pdeathsig INT -- "$@"; fi ;;
esac

say "PostgreSQL $found_major on 127.0.0.1:$PORT as '$user'; password in $password_file"

# Not exec: to PostgreSQL, TERM means "when the last client has gone", and the Shop's pools never go. INT is the fast shutdown.
server=''
stop() { # runuser and su stay in between, so ask for the server's own process id
    pid=$(head -n 1 "$data/postmaster.pid" 2> /dev/null) || pid=$server
    [ -z "$pid" ] || kill -INT "$pid" 2> /dev/null || :
}
trap stop TERM INT HUP
"$@" &
server=$!
status=0
while :; do
    wait "$server" && status=0 || status=$?
    kill -0 "$server" 2> /dev/null || break # a trapped signal ends the wait, not the server
done
exit "$status"
