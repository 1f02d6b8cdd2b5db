// SPDX-License-Identifier: GPL-3.0-or-later

/// What the shows of `CryptoSamples` look like; layouts of IOS-XE 17.
enum CryptoShowGolden {
  static let ikev2Detailed = """
     IPv4 Crypto IKEv2  SA

    Tunnel-id Local                 Remote                fvrf/ivrf            Status
    5         198.51.100.1/4500     203.0.113.7/31007     none/none            READY
          Encr: AES-CBC, keysize: 256, PRF: SHA256, Hash: SHA256, DH Grp:19, Auth sign: ECDSA, Auth verify: RSA
          Life/Active Time: 86400/400 sec
          CE id: 0, Session-id: 2
          Status Description: Negotiation done
          Local spi: 0102030405060708       Remote spi: A1B2C3D4E5F6071D
          Local id: hub.example.net
          Remote id: CN=s2.x
          Local req msg id:  2              Remote req msg id:  3
          Local next msg id: 2              Remote next msg id: 3
          Local req queued:  2              Remote req queued:  3
          Local window:      1              Remote window:      1
          DPD configured for 30 seconds, retry 5
          IETF Std Fragmentation  enabled.
          Dynamic Route Update: disabled
          Extended Authentication not configured.
          NAT-T is detected outside
          Cisco Trust Security SGT is disabled
          Initiator of SA : No

     IPv6 Crypto IKEv2  SA

    """

  static let ikev2 = """
     IPv4 Crypto IKEv2  SA

    Tunnel-id Local                 Remote                fvrf/ivrf            Status
    4         198.51.100.1/500      198.51.100.11/500     none/none            READY
          Encr: AES-CBC, keysize: 256, PRF: SHA256, Hash: SHA256, DH Grp:19, Auth sign: PSK, Auth verify: PSK
          Life/Active Time: 86400/400 sec

    Tunnel-id Local                 Remote                fvrf/ivrf            Status
    5         198.51.100.1/4500     203.0.113.7/31007     none/none            READY
          Encr: AES-CBC, keysize: 256, PRF: SHA256, Hash: SHA256, DH Grp:19, Auth sign: ECDSA, Auth verify: RSA
          Life/Active Time: 86400/400 sec

    Tunnel-id Local                 Remote                fvrf/ivrf            Status
    7         198.51.100.1/500      198.51.100.99/500     none/none            IN-NEG
          Encr: Unknown - 0, PRF: Unknown - 0, Hash: None, DH Grp:0, Auth sign: Unknown, Auth verify: Unknown
          Life/Active Time: 86400/0 sec

     IPv6 Crypto IKEv2  SA

    """

  static let ikev2Session = """
     IPv4 Crypto IKEv2 Session

    Session-id:2, Status:UP-ACTIVE, IKE count:1, CHILD count:1

    Tunnel-id Local                 Remote                fvrf/ivrf            Status
    5         198.51.100.1/4500     203.0.113.7/31007     none/none            READY
          Encr: AES-CBC, keysize: 256, PRF: SHA256, Hash: SHA256, DH Grp:19, Auth sign: ECDSA, Auth verify: RSA
          Life/Active Time: 86400/400 sec
          CE id: 0, Session-id: 2
          Status Description: Negotiation done
          Local spi: 0102030405060708       Remote spi: A1B2C3D4E5F6071D
          Local id: hub.example.net
          Remote id: CN=s2.x
          Local req msg id:  2              Remote req msg id:  3
          Local next msg id: 2              Remote next msg id: 3
          Local req queued:  2              Remote req queued:  3
          Local window:      1              Remote window:      1
          DPD configured for 30 seconds, retry 5
          IETF Std Fragmentation  enabled.
          Dynamic Route Update: disabled
          Extended Authentication not configured.
          NAT-T is detected outside
          Cisco Trust Security SGT is disabled
          Initiator of SA : No
    Child sa: local selector  198.51.100.1/0 - 198.51.100.1/65535
              remote selector 203.0.113.7/0 - 203.0.113.7/65535
              ESP spi in/out: 0x20000001/0x20001001
              AH spi in/out: 0x0/0x0
              CPI in/out: 0x0/0x0
              Encr: AES-GCM, keysize: 256, esp_hmac: None
              ah_hmac: None, comp: IPCOMP_NONE, mode transport

     IPv6 Crypto IKEv2 Session

    """

  static let isakmp = """
    IPv4 Crypto ISAKMP SA
    dst             src             state          conn-id status
    198.51.100.13   198.51.100.1    QM_IDLE              8 ACTIVE
    198.51.100.1    198.51.100.99   MM_SA_SETUP          9 ACTIVE
    198.51.100.13   198.51.100.1    MM_NO_STATE         10 ACTIVE (deleted)

    IPv6 Crypto ISAKMP SA

    """

  static let isakmpDetail = """
    Codes: C - IKE configuration mode, D - Dead Peer Detection
           K - Keepalives, N - NAT-traversal
           T - cTCP encapsulation, X - IKE Extended Authentication
           psk - Preshared key, rsig - RSA signature
           renc - RSA encryption
    IPv4 Crypto ISAKMP SA

    C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.

    8     198.51.100.1    198.51.100.13          ACTIVE aes  sha256 psk  19 23:53:20 DF
           Engine-id:Conn-id =  SW:8

    9     198.51.100.1    198.51.100.99          ACTIVE                  0  0
           Engine-id:Conn-id =  SW:9

    10    198.51.100.1    198.51.100.13          DELETE aes  sha256 psk  19 23:53:20 DF
           Engine-id:Conn-id =  SW:10

    IPv6 Crypto ISAKMP SA

    """

  static let isakmpPolicy = """

    Global IKE policy
    Protection suite of priority 10
            encryption algorithm:   AES - Advanced Encryption Standard (256 bit keys).
            hash algorithm:         Secure Hash Standard 2 (256 bit)
            authentication method:  Pre-Shared Key
            Diffie-Hellman group:   #14 (2048 bit)
            lifetime:               28800 seconds, no volume limit
    """

  static let ipsec = """

    interface: Tunnel0
        Crypto map tag: Tunnel0-head-0, local addr 198.51.100.1

       protected vrf: (none)
       local  ident (addr/mask/prot/port): (198.51.100.1/255.255.255.255/47/0)
       remote ident (addr/mask/prot/port): (203.0.113.7/255.255.255.255/47/0)
       current_peer 203.0.113.7 port 31007
         PERMIT, flags={origin_is_acl,}
        #pkts encaps: 7, #pkts encrypt: 7, #pkts digest: 7
        #pkts decaps: 5, #pkts decrypt: 5, #pkts verify: 5
        #pkts compressed: 0, #pkts decompressed: 0
        #pkts not compressed: 0, #pkts compr. failed: 0
        #pkts not decompressed: 0, #pkts decompress failed: 0
        #send errors 0, #recv errors 0

         local crypto endpt.: 198.51.100.1, remote crypto endpt.: 203.0.113.7
         plaintext mtu 1458, path mtu 1500, ip mtu 1500, ip mtu idb GigabitEthernet1
         current outbound spi: 0x20001001(536875009)
         PFS (Y/N): Y, DH group: group19

         inbound esp sas:
          spi: 0x20000001(536870913)
            transform: esp-gcm 256 ,
            in use settings ={Transport UDP-Encaps, }
            conn id: 5, flow_id: SW:2, sibling_flags 80000000, crypto map: Tunnel0-head-0
            sa timing: remaining key lifetime (sec): 3300
            IV size: 8 bytes
            replay detection support: Y
            esn support: Y
            Status: ACTIVE(ACTIVE)

         inbound ah sas:

         inbound pcp sas:

         outbound esp sas:
          spi: 0x20001001(536875009)
            transform: esp-gcm 256 ,
            in use settings ={Transport UDP-Encaps, }
            conn id: 5, flow_id: SW:2, sibling_flags 80000000, crypto map: Tunnel0-head-0
            sa timing: remaining key lifetime (sec): 3300
            IV size: 8 bytes
            replay detection support: Y
            esn support: Y
            Status: ACTIVE(ACTIVE)

         outbound ah sas:

         outbound pcp sas:
    """

  static let sessionDetail = """
    Crypto session current status

    Code: C - IKE Configuration mode, D - Dead Peer Detection
    K - Keepalives, N - NAT-traversal, T - cTCP encapsulation
    X - IKE Extended Authentication, F - IKE Fragmentation
    R - IKE Auto Reconnect, U - IKE Dynamic Route Update
    S - SIP VPN

    Interface: Tunnel0
    Profile: V
    Uptime: 00:05:00
    Session status: UP-ACTIVE
    Peer: 198.51.100.11 port 500 fvrf: (none) ivrf: (none)
          Phase1_id: 198.51.100.11
          Desc: (none)
      Session ID: 1
      IKEv2 SA: local 198.51.100.1/500 remote 198.51.100.11/500 Active
              Capabilities:DF connid:4 lifetime:23:53:20
      IPSEC FLOW: permit 47 host 198.51.100.1 host 198.51.100.11
            Active SAs: 4, origin: crypto map
            Inbound:  #pkts dec'ed 22 drop 3 life (KB/Sec) 4606000/3300
            Outbound: #pkts enc'ed 29 drop 0 life (KB/Sec) 4607996/3300
    """

  static let settings = """
     IKEv2 proposal: default
         Encryption : AES-CBC-256 AES-CBC-192 AES-CBC-128
         Integrity  : SHA512 SHA384 SHA256
         PRF        : SHA512 SHA384 SHA256
         DH Group   : DH_GROUP_256_ECP/Group 19 DH_GROUP_2048_MODP/Group 14 DH_GROUP_521_ECP/Group 21 DH_GROUP_384_ECP/Group 20
     IKEv2 proposal: P
         Encryption : AES-GCM-256 AES-CBC-256
         Integrity  : SHA256
         PRF        : SHA512 SHA256
         DH Group   : DH_GROUP_256_ECP/Group 19 DH_GROUP_2048_MODP/Group 14
     IKEv2 policy : default
          Match fvrf : global
          Match address local : any
          Proposal    : default
     IKEv2 policy : POL
          Match fvrf : global
          Match address local : 192.0.2.1
          Proposal    : P

    IKEv2 profile: V
     Shutdown : No
     Ref Count: 1
     Match criteria:
      Fvrf: global
      Local address/interface: none
      Identities:
       address 0.0.0.0 0.0.0.0
      Certificate maps: none
     Local identity: fqdn hub.example.net
     Remote identity: none
     Local authentication method: pre-share
     Remote authentication method(s): pre-share
     EAP options: none
     Keyring: KR
     Trustpoint(s): none
     Lifetime: 7200 seconds
     DPD: interval 30, retry-interval 5, periodic
     NAT-keepalive: disabled
     Ivrf: none
     Virtual-template: none
     mode auto: none
    Transform set default: { esp-256-aes esp-sha256-hmac  }
       will negotiate = { Transport,  },

    Transform set default: { esp-aes esp-sha-hmac  }
       will negotiate = { Transport,  },

    Transform set GCM: { esp-gcm 256  }
       will negotiate = { Transport,  },

    Transform set CBC: { esp-256-aes esp-sha256-hmac  }
       will negotiate = { Transport,  },

    Transform set TS: { esp-256-aes esp-sha256-hmac  }
       will negotiate = { Transport,  },

    IPSEC profile VPN
            IKEv2 Profile: V
            Security association lifetime: 4608000 kilobytes/1800 seconds
            Responder-Only (Y/N): N
            PFS (Y/N): Y
            DH group:  group19
            Mixed-mode : Disabled
            Transform sets={
                    TS:  { esp-256-aes esp-sha256-hmac  } ,
            }

    """

  static let dmvpn = """

    Interface: Tunnel0
    Session: [0x00000002]
      Session ID: 2
      IKEv2 SA: local 198.51.100.1/4500 remote 203.0.113.7/31007 Active
              Capabilities:DNF connid:5 lifetime:23:53:20
      Crypto Session Status: UP-ACTIVE
      fvrf: (none), Phase1_id: CN=s2.x
      IPSEC FLOW: permit 47 host 198.51.100.1 host 203.0.113.7
            Active SAs: 2, origin: crypto map
            Inbound:  #pkts dec'ed 5 drop 0 life (KB/Sec) KB Vol Rekey Disabled/3300
            Outbound: #pkts enc'ed 7 drop 0 life (KB/Sec) KB Vol Rekey Disabled/3300
       Outbound SPI : 0x20001001, transform : esp-gcm 256
        Socket State: Open
    """
}
