// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux

/// How the process takes memory from the kernel.
public enum ProcessMemory {
  /// Blocks of this size and larger are mappings of their own, in bytes.
  static let mappedBytes: Int32 = 1 << 20

  /// Large blocks go back to the kernel when they are freed. Left alone, glibc moves its threshold up to 32 MB with the first such block
  /// that is freed, and what a growing table has outgrown stays behind as a hole: 14 MB of 103 with half a million routes.
  public static func mapLargeBlocks() { _ = clx_map_blocks_from(mappedBytes) }
}
