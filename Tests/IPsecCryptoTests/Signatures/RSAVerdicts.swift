// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto

/// One of each kind of case of Wycheproof (C2SP/wycheproof, testvectors_v1, Apache-2.0) for RSASSA-PKCS1-v1_5.
extension SignatureVerdict {
  static let rsaPKCS1: [SignatureVerdict] = [
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 1: ",
      isValid: true,
      publicKey: key0,
      message: octets(""),
      signature: octets(
        """
        840f5dac53106dd1f9c57219224cf51289290c42f20466875ba8e830ac5690e541536fcc8ab03b731f82bf66d83f194e7e180b3963ec7a2f3f7904a7
        ce49aed47da4d4b79421eaf937d301b3e696169297b797c32c076a12be4de0b58e003c5123051a84a10c62f8dac2f42a8640008eb3c7cccd6760ff5b
        51b689763922582845f048fb8150e5a7a6ca2eccc7bdc85349ad5b26c52137a79fa3fe5c29ab5cd7615013219c1941b6708e9c3c23feff5febaf0c8e
        bca5750b54e3e6e99a3e876b396f27860b7f3ec4e9191703c6332d944f6f69751167680c79c4f6b57f1cc8755d24b6ec158ccdbacdb23107a33cb6b3
        32516c13274d1f9dccc21dced869e486
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 8: Missing NULL in the ASN encoding",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        095dad1fd82bcd36652a381b7f4dd656bd89b40aa58b56da4f6aa8247874b935e65d2b86752d537df7103884d39dd9ad3d65f87404526b09094c5615
        c6249979b0dc58d2199ae8696a5b76b4bb03eaf08c2ab6aec686c6b1b289c9b44f648bd30cb1ac6a64a73d68e59cd05e7aa1b780f4bfd7b83dfe3b88
        4ec11821a93dc5bbb47a00eea4557b6b96b5656276001f1f295ddbbbc511a99b9a665b9c2674c8af0d812286d0be3ce74817ba2cad283757de35dfb1
        49f2835f60cb03ff155524a57f78b148feceb84cd20b0ae22e3e48f433fbd9bfd60be8afec93165ee0310be961d3695f309d031320c830aa6ba08b5a
        51d943797097c57630be391bd23736cc
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 9: length of digestInfo uses long form encoding",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        8a0e82d4f334aca72a718b6f8f643f69c6048d619d5eba71263a5d2d3ac7a7af133b780c7595ca2c982c006e861948f543cd0210c758691f9626842c
        25de2843ea314ca8eff285d47e0cffa54180af416004017034962a80a5959c3d3f1bfc154a4824462a93c014f6dfe920824f414a6e30e0e5944d480b
        99949ec7bf64c4a7461575933b17d7d6b0178b5192392ace3ed8469e8ac1dacae51ad5d3ad73dcb213e056d04596e64d8c0703def3110c7cecc93ba8
        ac8059f0f3d66b89d8712c62b41d407e4b4a104f4569558b0290c213cad6d0653898b9df8f4a453ab07d13bfb7598d505abbd0c4987e4f1ac66e1a52
        3e113e370ab7cf990f0cc63f50f4f0a4
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 11: length of digestInfo uses 50 instead of 49",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        9947c137ebf7013ea9e41f1ce93fd29022e340e6ade56c1119cd826430acf9833bbc1ed05c1899757a79d3104c9b4133ff0aef7e1cbeaafc2ada2422
        bdf9e29926626527f947124d5549d9f4fddb809f84923aa335d331c392a5ae5e29cb0f503e230ce7bff114206d5dfd51b812f9ed5448d9100125a8cc
        2324e560c69f4a492988045c97ab90a2806df900c3b95ab95bd634dd0a50edc5312eeef6463bc4b62e54261cc67e9cb9caa9a0a7550183c9e03f26bd
        5c8718dd77f54290b3a27a054d7d3e39e8cb45529d585ac0e507b8688219d2b8032268020b68d2284f9f743debab5cd47fb3fbd77fdfe3a9d7984b11
        a37cce190ac89a472578a3332b150f5d
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 24: appending 0's to digestInfo",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        0e6eb88e130cf0d79056bdcb87f016f99edd9f35519c44bb509a38cd346d996e3d9b7b21a40fc976a935f2904a6423dc0f251d8a89c4e1424d3312b1
        e7e0c14f057fa3a45841dcda2bfcf107c2103c0475cbb34d4c769e98b08cbd35964aefc3a8dc4178725c16ed7da6b438107da2488af8fd5cb2c15a88
        49a531e1a955c40cd6c147956fc3e8a15a1082e9e9a7878efab929c50d52fd6c14cad0987f667221a0c8ab29a682de04e437b20c82e9a759291dabd2
        2fb38e86121b71b3ab473ea0977441db6b137d01b63e328412996ccb8dc27e57c8cd6cbeb31e321160df29ea3151f34ba36846495b6e4bb766f0bcdb
        a00062265ad7d01847e22c06a463dfeb
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 215: The algorithm encoded in the padding is MD5 instead of SHA",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        16b5347808defc31a231c28edac36a3f1789d4c549e8f5c71e2fcf5d5304ba437b4c7c0eb7ffbd80f5c5b2277bf24412b39ee3e74c368517717c438b
        b88b80b12ad14f7295ecf8841947e5e7457e66d2f869c30d28e9ac2019d7e5eca6229812b649c8b6b4ccd4e17b254e7ab496aa5325525e7974be348d
        cd53c652e6315e670236bbbef2f501e246631b735c50e388ea3af8bb0030fb7fba9743eb70fc6687cfdb92d46a4537ce88dba96ef52744e22fb7257a
        f1538e3ffc4e2d9ac9101d6f71bc2f5aab71ddcc73a6c635500fa0a9174d25ebcc85dcd7dd85a7d2e8d3138effd171176bbdf23296ba3df630ee4218
        5720ec141ceeaed1681a6ad0c156e099
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 236: The message is not hashed.",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        891f1354e36c2b7faca0981c64f249f73940ae03da86f0a413a971031b00c2bed14489345225fea317d9d551cced9c6c6f6f7134cb6bdca1b0319d93
        1a1d7a1e24a744eb98fcb0d3254660066f688531fde00822917d07deb9d78aa337bdc2ca3a4a050d8debb6c1283cb90e6991429887311f72b95bf3b1
        8d1c5cd68f65f8ed934d9e516e2a8503613fc4dc2e786c36d77ea2d5dff75c26dced572298f27de39459c55c6bec73295f20cf1c6e876b345c6fbb2f
        f23adf52d9d4ece53877a2bd6e7cf3a4eae08b1b3ce8dc0468614e119ffb7547f1a765d9d9b5d9d8624ecf3b836dce490c8a36a6a60e689c0bdcbdf7
        74eb60fc552bc3e27fc9abeb2c905ddb
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 238: using PKCS#1 encryption padding: 0002ff...00<hash>",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        7553fa477296a68ef8423d82af68103581e3a1681deeb91ad5e8f167d3bbeea5de1867969a44a6501b4e447f82be28687706e2fca1862b5dd1e0fb91
        b146f8e9c4a0a9f2f5ddf4da77bbacba56fa219a9eddd7dc234db9f75773218d1317ef5e4e52ce2eef80f870d39b59fa3c1bf28f67e4df9ba4e1d12d
        198904a0cda309b3cf2abe2d765fe366bd75652661ec830772102aeb5adf84680457fcb56a8d271604a24090a1f301b00ed67332a721b40e873c8dd3
        ce9206712ecf39e475a007d59c9cba314f7dcdd75b094da28789893da64628c8ff0d5c892b7e39d5c7655ef911d0dc39d7af59a55e5ada631b1cf3e6
        353e0f4a555e4558dc4b9a3c8baac281
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 243: PKCS#1 padding too short: 000001ff...",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        3ca3dec31913ad3cc2f3bb5b9ebd5d1e4bf137df6e5ae55fc5220c2b6ff150c8e0fdd6e4a07dd955f67e65546550c6a9fb89b7edff36dd8dec900aa6
        ff41e691f42000cf1e49acef9f491edd5a3bed1fccc3a36d48c0615679e6f166d3fb957d04e5a8198dc1d6d9df9605bdb827c7d29fbe40f80ad44fcc
        63cf9f93a7038941065e9a000450a769c4f3daedfd5c16bd79e4b9311f4e8e75a36c7a4b6044ab219f42feff6ec4c06aac0df4ea9152b47834c344c3
        d7c6e9fbb234d0cbc0b4072111b55bfe4187599400ac34c1a24861ffcc556c21a7e5b93160f46c0fbd0616dfe6b244dc68693081a59047e11b80438c
        3517031754ef72e4ea9fa3fc86ae1bfd
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 244: the signature is not reduced",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        ba0d3d34d59915be6351725300fff4617210fa767b6c48522900ce2e2c8f88b3f855bc9de7609603f2f405a81d3d6c1b8ac05a79fd278bb9c6af6dc9
        0a6323c5d77c0562cded072bb63e9ce533d9ca497479ecf7d75e6b6a4d4a86418909b86521c5d6c7d5d634352d2ed6b15b16873f26b918e31b81e936
        3ad0ab373e7ac982e6aa3eccaa4cb6dbc1a807b73082dfac6a5d7b2abbb0a8d3f12f3c8aac976fe66b44350a2b7a8840f53bcd1fe76d9a0bdec6c6ea
        cfc2081b58c3e818f2e40bb8d07b360c5fce83ece59267d39141c87807fdbee5b4ed5fc86e51111a57020211a593e4d91a6dd0ebde6317ebc12f52f4
        05415527e7df07ba8af42ecbefc41d7d
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 247: the signature is empty",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets("")),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 255: RSASSA-PSS signature",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        5e91b5dcbf02d6f19621d41a83dc8f15ea83c0edb83765ef029b0acac2e1ec8918b1d2afe1fadf11c48d27594cb9c01fed79d90e5d5a8085c4384501
        11aa7d9fa39c2345b14fc3c2cb34128f86db5eb00bdf8dfe38d61f29a41fe31342e7aaefcb4b122eb5d63c2f5c263c8df8450e9428ffef974d535818
        d51dc03a7d60c8b2d16c999ae46d73ab40515fe601d9b89b1d09c6d60cd51639a97c1d211e097609ba5e8c319c6fbd21b34a634ec8fb8971c5aae21c
        70b847a4539cc10dc314ddd8a9629e8a0e51c66c0cb61fd1f7228c01c6769190abe9bac9a3897800050014358594e0fb20dbb458b12aa1346826cc9f
        7e9c5352b073d62853dafe77c848cb1f
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 258: small signature",
      isValid: true,
      publicKey: key1,
      message: octets("33363730"),
      signature: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000989e7ff72e67e680bd2
        1d5f966e4ad8a48c3592dbacc4a2f035b4ef4d17a2f25f8a9fef7e78eb99d76d68629ed02d67c43c4b7ec8c3badc32e3d0a524c326537739b0fde156
        723b27c23ae2b09895e470c64d700f5c
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 2, isBare: false), "rsa_signature_2048_sha256_test.json 259: signature is close to n",
      isValid: true,
      publicKey: key2,
      message: octets("32353934"),
      signature: octets(
        """
        92bf17cdbffb42fa9957ce37826bb451708e7cdec8752b809c81a8d16fe5fe4dab6a9db6d11dbb12086645db7546642b322e8331dd7f29eff68bf40b
        24f80884f5152b1fda9b9f7ae2fce2721cdee0fc48f85a6e8e64f767ed9727fd2dc597967e276a5e2e768528afdd9df4b6ddda4c174300e4da3c19a3
        c32299e1e7857934c14dd6203d8c2671289bc392711597155364a59046b2b9f1905fe717ca7efebb4c1969b804118effa240b8bf4bb1a6d0616fd5be
        2f081dc9ef741a9a4ae7274418b791432de470c4556463108388e8e8ed5dcebf3558e4650c2ac97c86fa682176f09b5dd8cfbf15d19c3fe4f961f460
        7c12cb3dfad9b6a0e59c92faa1fc8622
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 3, isBare: false), "rsa_signature_2048_sha384_test.json 1: ",
      isValid: true,
      publicKey: key3,
      message: octets(""),
      signature: octets(
        """
        c5b6f5fd8ea320880e9e27b0026b1d63bcd1152c72855853294b7683a759dee042be8bb0c350b0c31aea76e1ba2c6d79920c3e21b6e97b6cf46fabf9
        2a701a7555540dd7c325e7c657fd9a079bc5a58923d2ccaef51014acd6fc6e5296960362a94688f2cb2675d5062c5101c3875399b95143511e6ea156
        ebbdd32c9ef8b061dc66e2c912bf2ae37e3ddcfd5f32a72412db8ba7a1ce3b44ea4c6e2a858b3f3cb198cf41914e4970b03edb1bf81f8abea6371b46
        9d2e80883d7760c0707dac808fb55e588b285153b8ee5c32ffe90197991a567499d5ed62a6b810581901cf8abf086ddf84c10b03ad6845c977ec72d0
        2028308cbd19daea2668865f00a23ab5
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 3, isBare: false), "rsa_signature_2048_sha384_test.json 8: Missing NULL in the ASN encoding",
      isValid: false,
      publicKey: key3,
      message: octets("313233343030"),
      signature: octets(
        """
        127eca0852f26d216ffd2779159e3e3b742a830e3d4f29e9aebf4d8bbd45eda195002aac8ae5d10cebbf849b026caa37e988a7d5c6e3c0bf4f6da974
        b31a8139a85cbe62e0aed71b9c50a5e3bbfee50cc465d9a5173a33cc2952893e89815b3d68a2269c78dd91d3b8a9d9fb74bed451481267b797b28460
        358adaa90b82304a6182a5d79e113808adf31100d0bd943608a3a58c2561468aa379127cf8891ba61c2de46e66a9e4d86da3c007cebbc2ca0b8bb66f
        29b2205a3a45ca7303c0db32efc1e0e254e0735953a91f4927901cd78ab0ed2d047c822dafd5bdaf34cbbcc227e7711267785b68c2f9ba47ba108ff7
        633d6de61d453acf48fad092b28cb70e
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 3, isBare: false), "rsa_signature_2048_sha384_test.json 9: length of digestInfo uses long form encoding",
      isValid: false,
      publicKey: key3,
      message: octets("313233343030"),
      signature: octets(
        """
        3c1d887865eccd6eb7d794756f93819c8126fb018d483b6cea67e10364d2455505e228c95106d493538c60d1203ca317aef7926e09e088a39e198915
        fcaaf316346db4ce62908464838efb7bca14041ce4477fd55422b94396dd79883f9024d46b8f9838ca7b5851e2d935329365c917ca03e1c44443a960
        2ae1cfb95ef89d9c7315f7e0b287a39d8133243c75ec0303339d88e937504b118ecedef756f746c6a8b244d86ad9e02d02b24ee5e616455deea86beb
        334af9e294289cee20a7a135448739dcd48400da80f15e060c312d4b981d63dba827ddb2751a89bc421ca600dbd5cc8915a1da43baa34d09e668d2cf
        5847cd55b705d5e7fb7d355c42c88d4a
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 4, isBare: false), "rsa_signature_2048_sha512_test.json 1: ",
      isValid: true,
      publicKey: key4,
      message: octets(""),
      signature: octets(
        """
        b03dd72dc84b305ea811267a489aba10a1dc54b59f92e58546a2f0b6883f543512d621951352ef12abafe4bd6e10c2e5b0eabbbbf1d081b66e535fc9
        b8ad379040c3c71ec8f2b4f5d319f5d2a0240a767ddb4de1fbc878b2c5e8e1e260217bbd70971789fedb8c677fc8193f67e4637239607c7b9d351186
        8ccc0df372374abc685c9b4b74b2c5f11758f809b19bb3b5c464db870fea61ddfa5e18be2c4106f3e165fe85a7f8241db2806d0fc3c45d8a7f1eb4ca
        411a46ac411b81c04fd8c4ced5eff497da6bcb8e2fbe1f95cf4c3e761fc3037c82276f7ebfb7e6cc8534cb4fd34192074f580c6e31008df4f1404ae8
        dbcb111503d4bdfe6e7107a1ab5cd8c6
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 4, isBare: false), "rsa_signature_2048_sha512_test.json 8: Missing NULL in the ASN encoding",
      isValid: false,
      publicKey: key4,
      message: octets("313233343030"),
      signature: octets(
        """
        b73d6d97834d8d14bb4536b050dbe47db349dcf6847586f80624425065e10360f9ce491c38ae5e48f6640bd3a314eb097f08c859625d3b7e8198b0b9
        dda03920ce5fc4937adf8c16af3dea2cc3137c2c200cb8538baba5bf36c9913784e079d8cde826f615313cad093d53110ed616591e5c38f32e287322
        5634ab10fbc7393dcabe742ebae9ea3802031ffdd6356a30aee51d126064584db555657f11cf742b8ee1ee41119b5c2e65c740219bfc36e6f65fe8db
        8d16684ba4cd7a12b5bf22551192fa75362b142b95a0b0d786eb26c07547e73ee3f3a3f0b2f2f37ba562f61e86c4bb25e7e059ea504f0ea8f5883382
        d7b17c95c5297a934479b4d40b632e99
        """)),
    SignatureVerdict(
      .rsaPKCS1(hash: 4, isBare: false), "rsa_signature_2048_sha512_test.json 9: length of digestInfo uses long form encoding",
      isValid: false,
      publicKey: key4,
      message: octets("313233343030"),
      signature: octets(
        """
        93611a697f527bb2d6e4193ea34e079e0b8ec8e4a516962a74cc91c157528bcf4654beb487f5eac5ed445f858fcf8461e63fc657a57bd8226d980b21
        2fb5e61111e0c654e0a6aa0c959f20001f6345a60ab14b8ef5631a81cdc552a04ad3f17eef287b011ce401be17900e79b4b045c12a90412a852131a1
        b9ae7c31051e8fe6f066b4f7e1d8e9997aef10a8c516fa3d782c9aed73dcbaa1d9794de7300c607c17607740f091c2dde354b58c0ed9d4b8fdc43e24
        9847b494821bc9560fbc3c57f363e5d2bfcc488c041f123fc379c7bc80a9ea6ae98b7fb76058f9260c0f5fa1000a7f865e5a63d1d279fc7f45277518
        6608cae1f3b640594d4b3fd8af4a5a4c
        """)),
  ]

  private static let key0 = octets(
    """
    30820122300d06092a864886f70d01010105000382010f003082010a0282010100a2b451a07d0aa5f96e455671513550514a8a5b462ebef717094fa1
    fee82224e637f9746d3f7cafd31878d80325b6ef5a1700f65903b469429e89d6eac8845097b5ab393189db92512ed8a7711a1253facd20f79c15e824
    7f3d3e42e46e48c98e254a2fe9765313a03eff8f17e1a029397a1fa26a8dce26f490ed81299615d9814c22da610428e09c7d9658594266f5c021d0fc
    eca08d945a12be82de4d1ece6b4c03145b5d3495d4ed5411eb878daf05fd7afc3e09ada0f1126422f590975a1969816f48698bcbba1b4d9cae79d460
    d8f9f85e7975005d9bc22c4e5ac0f7c1a45d12569a62807d3b9a02e5a530e773066f453d1f5b4c2e9cf7820283f742b9d50203010001
    """)
  private static let key1 = octets(
    """
    30820120300d06092a864886f70d01010105000382010d0030820108028201010090a5d7aba2c8dc828e616fc1fc45c7c52130c8589dcbe2913da187
    572f6c23217b89a5186b6f90cbe053abfb0885a91f141dbe106ce6ad303904a5941df26ced10478cb56a7bd6cf1313c4966d9cf7c4509d9dc63566aa
    323e110af219f3398c04e79bb486de8703793473136f5c9051af24bd2c0208ea1bf9321a3e8f24af00aaca1216842eab248d58cf46ac786c49fd3ca8
    557e9b53993a4b9718cdc5c474bf1cfe58c07ad97b2c5acb7d86accc0fc7bed147adb2e77b8697d80150948117714b806ff76f9d88147d84e93987b7
    24bf4870429e85a7a7b51486a78d8a88f1688f60e215d43d06221e2b993b5c12a607b80e9e0122472b29945f76b55737c1020103
    """)
  private static let key2 = octets(
    """
    30820120300d06092a864886f70d01010105000382010d0030820108028201010092bf17cdbffb42fa9957ce37826bb451708e7cdec8752b809c81a8
    d16fe5fe4dab6a9db6d11dbb12086645db7546642b322e8331dd7f29eff68bf40b24f80884f5152b1fda9b9f7ae2fce2721cdee0fc48f85a6e8e64f7
    67ed9727fd2dc597967e276a5e2e768528afdd9df4b6ddda4c174300e4da3c19a3c32299e1e7857934c14dd6203d8c2671289bc392711597155364a5
    9046b2b9f1905fe717ca7efebb4c1969b804118effa240c11ebf97cd68c2aa19c787b3be21e68c0e397c7f04c6ef98950e27e0e19a40da92a3ea1080
    0fe9252b77026d14c2fa1eb4ac102491e5773279f07d856d446f45169b09bf60b8a2695f5e4864eaaf9590aec8c7c2f86d020103
    """)
  private static let key3 = octets(
    """
    30820122300d06092a864886f70d01010105000382010f003082010a0282010100cda6fa5ca76bfe0492ec57e0a3bfff7272dc8d1e25ad1fb338aa05
    0f02c104e63133d6b5b7c4985ebbae9ac036a5b9c03074d60aec8e25baf392a0c430ff05b88e948805d3dd74511d8885250a7b574215ada015c55907
    6686e253ccc96c0815b1291ee787cc3363b4f77d930eb998d7c582b24cea9ce21de9722791989863a27ebc80a00de5bd2f9228775e5a4ceb054d58c9
    be36a054336971a13642dd9510dd696aa268db3aab2299d5d88f8e562434d1427094d3df8e72d1ef69b4ed34d12bac375223b2a25cf227f735f816e8
    5e17239304769a6082154cd15899fc1eaefb69b748a3e5ed24d38372597de3e4e2a27b951d6ac7db182d6809d8ff511b7f0203010001
    """)
  private static let key4 = octets(
    """
    30820122300d06092a864886f70d01010105000382010f003082010a0282010100c2c4a860236d3c9096a076d6ba5107e0f7bd81e1ba916f7375724b
    d2b0b0b63956813715a3457ab0458b71fb35a45b27f9ef7ac3e579dea45dfbfd07819ed6b7021aa5336c58442aadd96ca9ee9d32473e9d9278562b4d
    10258ade6a98fb1c7cfdc3b3716ef5dec58cf73b359f389599b4b5865a9863519eb001c324387da755450db341309360e3807c0565b8e2c44fbd5e6e
    8d04d006d7ee768b8e8436082a90fa0e837f32f46087ab4a0d9be28aa7da1794ceb0172a7f50ed20f6df641efbcbfd2aac89775c761a7310093c671c
    977fa18b0d6e01fb25f7a432b42c65359784c689205719c1cf6e3a65dae2da434c326dde81bb6ffffbdbf6de5c16bba7490203010001
    """)
}
