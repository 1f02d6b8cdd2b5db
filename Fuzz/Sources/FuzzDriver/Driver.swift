// SPDX-License-Identifier: GPL-3.0-or-later

/// One input of libFuzzer.
public typealias FuzzInput = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<Int8>?>>, _ input: FuzzInput
) -> Int32

/// Hands the process to libFuzzer. Its own `main` is not used: the package manager names ours.
public func fuzz(_ input: FuzzInput) {
  var count = CommandLine.argc
  var arguments = CommandLine.unsafeArgv
  _ = runDriver(&count, &arguments, input)
}
