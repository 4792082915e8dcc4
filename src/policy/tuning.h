// Every constant of the policy, with its reason. docs/tuning.md lists them for operators.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

// --- sensing ---
// Rates are taken over at least this long: over 10 ms one scheduling hiccup of the guest looks like a burst.
inline constexpr Duration kLeastSampleGap = std::chrono::milliseconds(80);
// 64 pages a second, 256 KiB/s: above the trickle of an idle guest, below anything a user feels.
inline constexpr double kSwapThatHurts = 64;
// 256 pages a second, 1 MiB/s of cache that was thrown away and fetched again.
inline constexpr double kRefaultsThatHurt = 256;
// Share of time in which some task waited for memory; healthy guests show well under 1 %.
inline constexpr double kStallThatHurts = 0.05;
// Distress is a spiky signal; a guest that paged a moment ago is no better yet.
inline constexpr Duration kDistressHold = std::chrono::seconds(2);
// How long a missed cache or swap keeps counting after it was last missed.
inline constexpr Duration kHeatHalfLife = std::chrono::seconds(60);

// A Linux kernel keeps about this much for itself and its page descriptors outside of MemTotal; memory that
// is assigned and not yet online also looks like this, so it is bounded.
inline constexpr Bytes kLeastUncounted = Bytes::mib(32);
inline constexpr double kUncountedShare = 0.02;

// --- looking ahead ---
// Growth is believed at once and forgotten within this time.
inline constexpr Duration kGrowthMemory = std::chrono::milliseconds(400);
// From the sample to memory that is usable in the guest, with its worst cases (p99 of the reaction
// benchmark).
inline constexpr Duration kLead = std::chrono::milliseconds(800);
// A forecast never exceeds this share of what the VM has, or this amount: one wild sample must not empty the
// pool.
inline constexpr double kForecastShare = 0.5;
inline constexpr Bytes kLeastForecastCap = Bytes::mib(256);
// With less than this left a guest is saturated (the kernel's watermarks stop ordinary allocations about
// there) …
inline constexpr Bytes kSaturated = Bytes::mib(12);
inline constexpr double kSaturatedShare = 0.02;
// … and is offered this much at once: one memory block of Linux.
inline constexpr Bytes kSaturatedStep = Bytes::mib(128);
// With less than this left for kernel data a guest is in danger, whatever is available to programs (measured:
// a guest of 384 MiB grown to 2 GiB that makes 300 MiB of page tables lives if it is grown at 64 MiB, and is
// OOM-killed if not).
inline constexpr Bytes kLeastKernelMemory = Bytes::mib(48);
inline constexpr double kLeastKernelShare = 0.03;
// It is then given one memory block of Linux at a time, and a while to bring it online and to report.
inline constexpr Bytes kKernelStep = Bytes::mib(128);
inline constexpr Duration kKernelGrowEvery = std::chrono::seconds(1);

// --- wanting ---
// Headroom below which a Linux guest cannot even take in hot-added memory (1.6 % of 2 GiB is 32 MiB) while it
// works.
inline constexpr Bytes kLeastHeadroom = Bytes::mib(64);
// Kept above demand even when weights decide, else the kernel reclaims although nothing is missing.
inline constexpr Bytes kSlack = Bytes::mib(32);
// Share of the buffer below which a VM is Low and is grown (Hyper-V's 80 %).
inline constexpr double kLowShare = 0.8;

// --- moving ---
// Growth is asked for in at least this much: each change costs the guest and the host a round of work.
inline constexpr Bytes kLeastGrow = Bytes::mib(64);
// When memory is scarce it arrives in crumbs; they are collected until they are worth a change.
inline constexpr Bytes kLeastGrant = Bytes::mib(16);
// Surplus below this, or below this share of what it has, is not worth a move.
inline constexpr Bytes kLeastShrink = Bytes::mib(64);
inline constexpr double kLeastShrinkShare = 0.1;
// Idle memory is left in place this long when nobody else needs it: the next burst often comes soon.
inline constexpr Duration kIdleHold = std::chrono::seconds(8);
// No shrink this soon after a growth, unless others are short.
inline constexpr Duration kShrinkAfterGrow = std::chrono::seconds(10);
inline constexpr Duration kYieldAfterGrow = std::chrono::seconds(1);
// One shrink at a time, and its size: idle memory goes fast, buffers slower, needed memory slowest, because
// the guest has to page it out first.
inline constexpr Duration kShrinkEvery = std::chrono::seconds(1);
inline constexpr Duration kYieldEvery = std::chrono::milliseconds(200);
inline constexpr double kIdleStepShare = 0.25;
inline constexpr Bytes kLeastIdleStep = Bytes::mib(128);
inline constexpr Bytes kBufferStep = Bytes::mib(256);
inline constexpr Bytes kCutStep = Bytes::mib(128);

// --- learning ---
// Distress this soon after a shrink was caused by it.
inline constexpr Duration kShrinkToBlame = std::chrono::seconds(10);
// The level that was too low is avoided this long, doubling at each relapse.
inline constexpr Duration kFloorFirst = std::chrono::seconds(60);
inline constexpr Duration kFloorMost = std::chrono::minutes(16);

}  // namespace aerostat
