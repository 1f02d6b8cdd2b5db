# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench.bash: what the scenarios share. Sourced by bash inside `unshare -mnp --fork --kill-child`, as root there.
# Everything started is remembered by process id and ended by it.

# Makes the mount and process namespaces private in fact: /proc shows them, /run/netns belongs to us.
bench_begin() {
  [ $$ != 1 ] || mount -t proc proc /proc
  mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns || { echo "bench: needs a mount namespace of its own" >&2; exit 2; }
  ip link set lo up
  bench=$(mktemp -d "${TMPDIR:-/tmp}/dmvpn-bench.XXXXXX")
  processes=()
  trap bench_end EXIT
}

bench_end() {
  local process
  for process in ${processes[@]+"${processes[@]}"}; do kill "$process" 2>/dev/null || true; done
  for process in ${processes[@]+"${processes[@]}"}; do wait "$process" 2>/dev/null || true; done
  umount /run/netns 2>/dev/null || true
  rm -rf "$bench"
}

# Namespace $1 with a bridge br0 that has address $2. What its kernel itself would say on it is left out.
bench_underlay() {
  ip netns add "$1"
  ip netns exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip -n "$1" link set lo up
  ip -n "$1" link add name br0 type bridge mcast_snooping 0
  ip -n "$1" addr add "$2" dev br0
  ip -n "$1" link set br0 up
}

# Puts device $2 of namespace $1 on its bridge as soon as it is there.
bench_join() { eventually 10 ip -n "$1" link set "$2" master br0 2>/dev/null; }

# Writes what passes device $2 of namespace $1 into file $3.
bench_capture() {
  rm -f "$3" "$3.log"   # what an earlier one said there is not this one's word
  ip netns exec "$1" tcpdump --immediate-mode --time-stamp-precision nano -U -n -s 0 -i "$2" -w "$3" 2>"$3.log" &
  processes+=($!)
  echo $! >"$3.pid"
  eventually 10 grep -qs 'listening on' "$3.log"
}

bench_capture_end() {
  sleep 0.3   # what the kernel still holds for tcpdump at its end is lost
  kill -TERM "$(cat "$1.pid")"
  wait "$(cat "$1.pid")" || true
}

# Polls: eventually SECONDS COMMAND…
eventually() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $until ] || { echo "bench: in vain: $*" >&2; return 1; }
    sleep 0.05
  done
}

guest_start() {
  local guest=$1
  shift
  mkdir -p "$bench/$guest"
  "$here/guest" --name "$guest" --control "$bench/$guest" "$@" &
  processes+=($!)
}

guest_ready() { eventually 60 test -e "$bench/$1/ready"; }

# Runs a shell command in a guest, prints what it prints, returns its status.
guest_run() {
  local directory=$bench/$1 number
  number=$BASHPID-$RANDOM
  printf '%s\n' "$2" >"$directory/$number.new"
  mv "$directory/$number.new" "$directory/$number.cmd"
  until [ -e "$directory/$number.rc" ]; do sleep 0.03; done
  cat "$directory/$number.out"
  return "$(cat "$directory/$number.rc")"
}

guest_stop() { touch "$bench/$1/stop"; }

# Starts guests $@ on the bridge of namespace `underlay`, and waits for them.
guests_boot() {
  local guest
  for guest; do guest_start "$guest" --tap "underlay/$guest"; done
  for guest; do bench_join underlay "$guest"; done
  for guest; do guest_ready "$guest"; done
}

# Runs `guest_run GUEST COMMAND` for every pair of words at once; 1 when one of them fails.
guests_run() {
  local pids=() status=0 process
  while [ $# -gt 0 ]; do
    guest_run "$1" "$2" &
    pids+=($!)
    shift 2
  done
  for process in "${pids[@]}"; do wait "$process" || status=1; done
  return $status
}

# How many packets of the ended capture $1 the tcpdump filter $2 lets pass.
capture_count() { tcpdump -n -r "$1" "$2" 2>/dev/null | wc -l; }

# Whether the ended capture $1 holds ESP and IKE, and no other IPv4 packet.
capture_is_protected() {
  [ "$(capture_count "$1" 'ip proto 50 or udp port 4500')" -gt 0 ] && [ "$(capture_count "$1" 'ip and not (ip proto 50 or udp port 500 or udp port 4500)')" = 0 ]
}
