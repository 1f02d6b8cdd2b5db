# SPDX-License-Identifier: GPL-3.0-or-later
#
# strongswan.bash: what the two strongSwan peers share, the one with the kernel's ESP (strongswan-node, in a guest) and the
# one with its own (strongswan-userspace, in a namespace). Sourced by bash.

# Sets version, ike, esp, authentication and aggressive for the profile of that name; 1 when there is none.
strongswan_profile() {
  authentication=psk aggressive=no
  case $1 in
    ikev2-gcm) version=2 ike=aes256gcm16-prfsha256-ecp256 esp=aes256gcm16 ;;
    ikev2-gcm-pfs) version=2 ike=aes256gcm16-prfsha256-x25519 esp=aes256gcm16-ecp256 ;;
    ikev2-cbc-sha256) version=2 ike=aes256-sha256-modp2048 esp=aes256-sha256 ;;
    ikev2-cert) version=2 ike=aes256gcm16-prfsha256-ecp256 esp=aes256gcm16 authentication=pubkey ;;
    ikev1-main) version=1 ike=aes256-sha256-modp2048 esp=aes256-sha256 ;;
    ikev1-main-pfs) version=1 ike=aes256-sha256-modp2048 esp=aes256-sha256-modp2048 ;;
    ikev1-main-cert) version=1 ike=aes256-sha256-modp2048 esp=aes256-sha256 authentication=pubkey ;;
    ikev1-aggressive) version=1 ike=aes256-sha256-modp2048 esp=aes256-sha256 aggressive=yes ;;
    *) echo "strongswan: no profile is called $1" >&2; return 1 ;;
  esac
}

# Writes strongswan.conf into directory $1, with the plugins $2 on top of those every peer has, and the sections $3.
strongswan_settings() {
  cat >"$1/strongswan.conf" <<END
charon {
  load_modular = no
  load = random nonce aes aesni sha1 sha2 hmac kdf gcm openssl pem pkcs1 pkcs8 x509 pubkey constraints $2 kernel-netlink socket-default vici
  install_routes = ${install_routes:-no}
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  retransmit_timeout = $retransmit
  filelog {
    main {
      path = $1/charon.log
      default = 1
      ike = $log
      chd = $log
      flush_line = yes
      time_format = %H:%M:%S
      time_add_ms = yes
    }
  }
  plugins {
    vici {
      socket = unix://$1/charon.vici
    }
$3
  }
}
swanctl {
  load = random openssl pem pkcs1 pkcs8 x509
}
END
}

# Writes swanctl.conf into directory $1: one connection `dmvpn` with one child `gre`, from the variables that the profile and
# the options of the script have set. Certificates are those of directory $certificates and file name $certificate.
strongswan_connection() {
  local local_identity=$identity local_more= remote_more=
  if [ $authentication = pubkey ]; then
    mkdir -p "$1/x509" "$1/x509ca" "$1/private"
    cp "$certificates/ca.pem" "$1/x509ca/ca.pem"
    cp "$certificates/$certificate.pem" "$1/x509/node.pem"
    cp "$certificates/$certificate.key" "$1/private/node.pem"
    local_more="certs = node.pem" remote_more="cacerts = ca.pem"
  else
    local_identity=${local_identity:-$address}
  fi
  cat >"$1/swanctl.conf" <<END
connections {
  dmvpn {
    version = $version
    local_addrs = $address
    remote_addrs = $peer
    proposals = $ike
    aggressive = $aggressive
    unique = never
    encap = $encapsulation
    dpd_delay = ${dpd}s
    rekey_time = ${rekey_ike}s
    reauth_time = 0s
    local {
      auth = $authentication
      ${local_identity:+id = $local_identity}
      $local_more
    }
    remote {
      auth = $authentication
      $remote_more
    }
    children {
      gre {
        mode = $mode
        local_ts = $local_selector
        remote_ts = $remote_selector
        esp_proposals = $esp
        rekey_time = ${rekey_child}s
        start_action = $start
        dpd_action = ${dpd_action:-$start}
      }
    }
  }
}
secrets {
  ike-bench {
    secret = "$secret"
  }
}
END
}

# Makes $1/ctl, a swanctl that speaks to the charon of directory $1.
strongswan_control() {
  cat >"$1/ctl" <<END
#!/bin/sh
SWANCTL_DIR=$1 STRONGSWAN_CONF=$1/strongswan.conf exec swanctl "\$@" --uri unix://$1/charon.vici
END
  chmod +x "$1/ctl"
}

# Waits for the charon of directory $1, and gives it its connection.
strongswan_load() {
  local attempt
  for attempt in $(seq 200); do
    [ -S "$1/charon.vici" ] && break
    [ "$attempt" -lt 200 ] || { echo "strongswan: charon does not answer" >&2; cat "$1/charon.out" "$1/charon.log" >&2; return 1; }
    sleep 0.05
  done
  "$1/ctl" --load-all --file "$1/swanctl.conf" --noprompt >"$1/load.out" 2>&1 || { cat "$1/load.out" >&2; return 1; }
}
