#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# scripts/measure-ike [ROUNDS [HANDSHAKES [PEERS]]]: what a first exchange of IKEv2 (shared key, AES-128-GCM) costs a responder, ours
# and strongSwan's charon, over UDP between two namespaces. The same initiators (Benchmarks/, IKEPeers), each with an address of its
# own and eight at a time, go to both in turn, ROUNDS times for each group; processor time is that of the responder's whole process,
# by its clock, after a tenth as many that warm up. Then memory: what PEERS peers add to each process.
# Ours does its key jobs in the one thread it has, and installs associations in a packet path. charon has its own ESP (plugin
# kernel-libipsec, which has tunnel mode in UDP alone, so its initiators go on to port 4500) and the settings strongSwan recommends for
# many peers: a large table, no cookies, no log. Without charon only ours is measured.
# DMVPN_BENCHMARKS is where the benchmarks were built.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DMVPN_BENCHMARKS=${DMVPN_BENCHMARKS:-$root/.build-bench/release}
[ "${DMVPN_NAMESPACES:-}" = 1 ] || exec "$root/scripts/in-namespaces" "$0" "$@"
peers=$DMVPN_BENCHMARKS/IKEPeers
rounds=${1:-5} handshakes=${2:-400} many=${3:-10000}
charon=/usr/lib/ipsec/charon
. "$root/Tests/Guest/bench.bash"

# Namespace $1 with address $2, on a veth to the initiators' $3.
responder() {
  ip netns add "$1"
  ip -n "$1" link set lo up
  ip -n "$1" link add name eth0 type veth peer name "$3" netns initiators
  ip -n "$1" addr add "$2/30" dev eth0
  ip -n "$1" link set eth0 up
  ip -n "$1" route add default via "$4"
  ip netns exec "$1" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
  ip -n initiators addr add "$4/30" dev "$3"
  ip -n initiators link set "$3" up
}

start_ours() {
  ip netns exec ours "$peers" respond 198.51.100.1 "$1" 2>"$bench/ours.log" &
  ours=$!
  sleep 0.3
}

start_charon() {
  local proposal=${1/curve25519/x25519}
  mkdir -p "$bench/charon"
  cat >"$bench/charon/strongswan.conf" <<END
charon {
  load_modular = no
  load = random nonce aes aesni sha1 sha2 hmac kdf gcm openssl kernel-libipsec kernel-netlink socket-default vici
  install_routes = no
  dos_protection = no
  ikesa_table_size = 16384
  ikesa_table_segments = 16
  filelog {
    main {
      path = $bench/charon/charon.log
      default = -1
    }
  }
  syslog {
    daemon {
      default = -1
    }
  }
  plugins {
    vici {
      socket = unix://$bench/charon/charon.vici
    }
    kernel-libipsec {
      allow_peer_ts = yes
    }
    kernel-netlink {
      fwmark = !0x42
    }
    socket-default {
      fwmark = 0x42
    }
  }
}
swanctl {
  load = random openssl
}
END
  cat >"$bench/charon/swanctl.conf" <<END
connections {
  bench {
    version = 2
    local_addrs = 198.51.100.5
    remote_addrs = %any
    proposals = aes128gcm16-prfsha256-$proposal
    unique = never
    encap = yes
    local {
      auth = psk
    }
    remote {
      auth = psk
    }
    children {
      gre {
        mode = tunnel
        local_ts = dynamic[gre]
        remote_ts = dynamic[gre]
        esp_proposals = aes128gcm16
      }
    }
  }
}
secrets {
  ike-bench {
    secret = bench-throwaway-secret
  }
}
END
  mkdir -p "$bench/charon/run"
  # charon's process file has one place for the whole machine: it gets a /run of its own.
  STRONGSWAN_CONF=$bench/charon/strongswan.conf ip netns exec charon unshare --mount bash -c 'mount --bind "$1" /run && exec "$2"' start \
    "$bench/charon/run" $charon >"$bench/charon/out" 2>&1 </dev/null &
  theirs=$!
  eventually 20 test -S "$bench/charon/charon.vici"
  STRONGSWAN_CONF=$bench/charon/strongswan.conf SWANCTL_DIR=$bench/charon swanctl --load-all --noprompt \
    --file "$bench/charon/swanctl.conf" --uri "unix://$bench/charon/charon.vici" >"$bench/charon/load" 2>&1 \
    || { cat "$bench/charon/load" >&2; return 1; }
}

end() {
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
  [ "$1" != "${theirs:-}" ] || rm -f "$bench/charon/charon.vici"
}

# initiators ADDRESS GROUP FIRST COUNT PROCESS: microseconds of processor and bytes that each cost the process
initiators() { ip netns exec initiators "$peers" begin "$1" "$2" "$3" "$4" 8 "$5"; }

# One round: appends microseconds to $bench/NAME.GROUP.
round() {
  local warm=$((handshakes / 10))
  start_ours "$1"
  initiators 198.51.100.1 "$1" 1 $warm $ours >/dev/null
  initiators 198.51.100.1 "$1" $((warm + 1)) "$handshakes" $ours | cut -d' ' -f1 >>"$bench/ours.$1"
  end $ours
  [ $has_charon = yes ] || return 0
  start_charon "$1"
  initiators 198.51.100.5 "$1" 1 $warm $theirs >/dev/null
  initiators 198.51.100.5 "$1" $((warm + 1)) "$handshakes" $theirs | cut -d' ' -f1 >>"$bench/charon.$1"
  end $theirs
}

# Median, least and greatest of a file's numbers.
spread() { sort -n "$1" | awk '{ v[NR] = $1 } END { printf "median %.2f, least %.2f, greatest %.2f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[1], v[NR] }'; }

report() {
  echo "ikev2 psk aes-128 $1: ours $(spread "$bench/ours.$1") µs of processor each, $rounds rounds of $handshakes"
  [ $has_charon = yes ] || return 0
  echo "ikev2 psk aes-128 $1: charon $(spread "$bench/charon.$1") µs of processor each"
  paste "$bench/ours.$1" "$bench/charon.$1" | awk '{ print $2 / $1 }' >"$bench/ratio.$1"
  echo "ikev2 psk aes-128 $1: handshakes per processor second, ours to charon's: $(spread "$bench/ratio.$1")"
}

memory() {
  local group=curve25519
  start_ours $group
  initiators 198.51.100.1 $group 1 100 $ours >/dev/null
  echo "memory, ours: $(initiators 198.51.100.1 $group 101 "$many" $ours | cut -d' ' -f2) bytes a peer, of $many"
  end $ours
  [ $has_charon = yes ] || return 0
  start_charon $group
  initiators 198.51.100.5 $group 1 100 $theirs >/dev/null
  echo "memory, charon: $(initiators 198.51.100.5 $group 101 "$many" $theirs | cut -d' ' -f2) bytes a peer, of $many"
  end $theirs
}

bench_begin
has_charon=yes
[ -x $charon ] || { has_charon=no; echo "measure-ike: strongSwan's charon is not here ($charon); only ours is measured"; }
[ -c /dev/net/tun ] || { has_charon=no; echo "measure-ike: no /dev/net/tun, which charon's own ESP needs; only ours is measured"; }
ip netns add initiators
ip -n initiators link set lo up
# Any address of 10.128.0.0/16 is theirs.
ip -n initiators route add local 10.128.0.0/16 dev lo
ip netns exec initiators sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
responder ours 198.51.100.1 v0 198.51.100.2
responder charon 198.51.100.5 v1 198.51.100.6
for number in $(seq 0); do
  for group in ecp256 curve25519 modp2048; do round $group; done
done
:
[ "$many" = 0 ] || memory
