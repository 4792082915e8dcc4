// Every constant of the policy, with its reason. docs/design/tuning/policy.md lists them.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

// --- sensing ---
// The least interval for rates: over 10 ms, one scheduling delay in the guest looks like a burst.
inline constexpr Duration kLeastSampleGap = std::chrono::milliseconds(80);
// 64 pages a second, 256 KiB/s: above the trickle of an idle guest, below what a user notices.
inline constexpr double kSwapThatHurts = 64;
// 256 pages a second, 1 MiB/s of cache that was dropped and read again.
inline constexpr double kRefaultsThatHurt = 256;
// Share of time in which some task waited for memory. Healthy guests show well under 1 %.
inline constexpr double kStallThatHurts = 0.05;
// Distress is a spiky signal: a guest that paged a moment ago is not better yet.
inline constexpr Duration kDistressHold = std::chrono::seconds(2);
// With more than this free and as much available, and this share of all, a kernel reclaims nothing, so there
// is no distress for lack of memory. (Watermarks are well below 2 %. Where they are higher, less is
// available.)
inline constexpr Bytes kRoomy = Bytes::mib(64);
inline constexpr double kRoomyShare = 0.05;
// With this share of all memory available, cache included, no program is paged out or killed for lack of
// memory.
inline constexpr double kPlentyShare = 0.25;
// Pages come back seconds after they were taken.
inline constexpr Duration kReclaimHalfLife = std::chrono::seconds(2);
// With vm.overcommit_memory=2, the kernel refuses programs memory at once. So this much is kept above what it
// promised: twice the request of a starting process of some size.
inline constexpr Bytes kCommitSlack = Bytes::mib(64);
// How long cache or swap keeps counting after it was last missed.
inline constexpr Duration kHeatHalfLife = std::chrono::seconds(60);
// Cache whose weight has decayed to this was given up without being missed.
inline constexpr double kColdHeat = 0.1;

// The weight of cache does not decay before this age.
inline constexpr Duration kCacheYoung = std::chrono::seconds(60);
// The share of new cache that counts where hot and cold cache look alike. The hot share is unknown, and
// assumed to be uniformly distributed. A missing MiB costs a guest about twice what a surplus MiB costs
// others.
inline constexpr double kUnknownCache = 0.7;
// Such cache counts only until need reaches this share of the guest's memory. With the usual buffer the guest
// then does not grow.
inline constexpr double kUnknownCacheRoom = 0.75;
// A Linux kernel's low watermark relative to its reserve, the sum of its high ones (1.25 to 1.5 times the
// least). It does not call that much cache available, and its processors' lists hold as much (since 5.13;
// with 56 MiB, 56 MiB of cache and up to 54 MiB of lists were seen).
inline constexpr double kLowMarkShare = 1.25 / 1.5;
// The reserve is at most this share of all memory; the kernel has a similar bound (5 % for the least mark).
inline constexpr double kReserveShare = 0.1;

// This much active cache is always needed: it has the code of running programs.
inline constexpr Bytes kLeastCache = Bytes::mib(32);

// About what every Linux kernel keeps for itself and its page descriptors outside MemTotal. It is assumed of
// a guest that was not yet seen at rest.
inline constexpr Bytes kLeastUncounted = Bytes::mib(32);
inline constexpr double kUncountedShare = 0.02;
// Where memory is scarce no more than this counts: the largest crash kernel that a distribution reserves by
// default.
inline constexpr Bytes kUnseenMost = Bytes::mib(512);
// A smaller value is accepted after it stood this long. Growths were seen 5 to 20 ms too late or too early,
// and a growing guest reports more often.
inline constexpr Duration kUncountedStands = std::chrono::milliseconds(150);
// Any larger value is accepted after it stood this long and nothing moved: a kernel in want takes seconds to
// add a block.
inline constexpr Duration kUnseenStands = std::chrono::seconds(5);
// A rise that memory on its way explains is checked again for this long (40 ms seen:
// docs/design/actuators.md).
inline constexpr Duration kHalfSeenFor = std::chrono::milliseconds(60);
// The time starts again with each block that goes meanwhile, up to this in all.
inline constexpr Duration kHalfSeenMost = std::chrono::seconds(1);
// Memory that just arrived explains a rise by more than this share of it. The guest may well have taken less.
inline constexpr double kHalfSeenShare = 0.5;
// A service samples ten times a second and reports changes. A change not reported for this long did not
// happen.
inline constexpr Duration kSilenceTells = std::chrono::milliseconds(120);
// A guest that gives a block is busy with that: it was silent for up to 0.4 s
// (docs/adr/0016-memory-that-goes-is-no-need.md).
inline constexpr Duration kSilenceTellsGiving = std::chrono::milliseconds(500);

// --- looking ahead (policy/outlook.h) ---
// Roughness of need: it wanders like fractional Brownian motion with this exponent (3 % in 0.2 s and 7.5 % in
// 1.7 s on a farm-like load).
inline constexpr double kHurst = 0.4;
// From a guest's report to memory it can use.
inline constexpr double kLeadSeconds = 0.07;
// How long rises are remembered, in seconds.
inline constexpr double kBurstMemory = 3.7;
// A new VM is assumed to rise by this share of its need while memory is on its way. Less is cheaper in the
// lab, but two real guests on a host too small for both then lacked memory six times as long.
inline constexpr double kUnknownRise = 0.08;
// … and is known after about this many seconds.
inline constexpr double kUnknownMemory = 10;
// A growth brings this part of the economic order quantity. The rate of the rise is taken over about this
// many seconds …
inline constexpr double kOrder = 0.21;
inline constexpr double kRiseSeconds = 0.87;
// … and extrapolated for this long, well beyond kLeadSeconds: a guest that has run out can hardly take memory
// in.
inline constexpr double kRiseLead = 0.5;
// A rise within this multiple of its roughness is not certain: a wandering need rises as much, and so does an
// erring estimate.
inline constexpr double kSureRise = 4;
// A rise by more than this share of need in a second is likely, however rough need is. It is extrapolated for
// this long, and a guest that would have to add a block grows for it (kRoomInBlock).
inline constexpr double kNoRise = 0.045;
inline constexpr double kRoughLead = 0.2;
// Changes are counted over about this many seconds. Above this many an hour each costs more: at twice as
// many, this multiple of its price.
inline constexpr double kMovesMemory = 310;
inline constexpr double kManyMoves = 230;
inline constexpr double kHurry = 1.6;
// The estimate's error as a share of need (standard deviation, measured: docs/design/estimator.md) …
inline constexpr double kEstimateError = 0.006;
// … which shows as jumps of this share of need between samples, per s^H. A need that jumps less is known
// better, in proportion to the square of its jumps, over about this many seconds.
inline constexpr double kErrorJumps = 0.0052;
inline constexpr double kErrorMemory = 60;
// A shrink leaves this multiple of the error above what its way keeps, or it would be fetched again; and as
// much more of the recent need as an error may be.
inline constexpr double kErrorKept = 1.7;
inline constexpr double kErrorMost = 2.3;
// If less than this multiple of the error is idle, this share of the recent need above the present need is
// kept. A need that wanders about a level leaves as much unused at any moment, and comes back for it.
inline constexpr double kErrorSure = 12.7;
inline constexpr double kUnsureDepth = 0.72;
// Less than this multiple of the error, or than the largest error, is never worth a change where blocks are
// small.
inline constexpr double kErrorIdle = 3.4;
// Ways are judged by their cost in about this many seconds. The first judgement charges this share of need,
// held idle for a second, to all but the first way.
inline constexpr double kTrialMemory = 85;
inline constexpr double kPrior = 0.22;
// How long a shortage in a sample lasts until memory arrives, and by what it grows meanwhile.
inline constexpr double kShortStays = 0.01;
// Headroom for bursts is at most the larger of this share of need and this amount: one wild sample must not
// empty the pool.
inline constexpr double kForecastShare = 0.5;
inline constexpr Bytes kLeastForecastCap = Bytes::mib(256);
// With less than this left a guest is saturated. The kernel's watermarks stop ordinary allocations about
// there; they are 0.1 % of memory apart (watermark_scale_factor) …
inline constexpr Bytes kSaturated = Bytes::mib(12);
inline constexpr double kSaturatedShare = 0.001;
// … and it is offered at least this much more at a time, beside the headroom for its rise.
inline constexpr Bytes kSaturatedStep = Bytes::mib(32);
// It grows whatever its estimated demand, and again after this long if that did not help. Each growth
// doubles, this many times: 64 MiB at first, 1 GiB at last, 2 GiB in all within 1.5 s.
inline constexpr Duration kRescueEvery = std::chrono::milliseconds(300);
inline constexpr int kRescueDoublings = 4;
// With less than this left for kernel data a guest is in danger, whatever programs have available. At this
// point the guest's service calls its kernel short (src/agent/common/zone_choice.h) and brings the next block
// online for it. A block given earlier would go to programs.
inline constexpr Bytes kLeastKernelMemory = Bytes::mib(16);
inline constexpr double kLeastKernelShare = 1.0 / 64;
// Then it gets one memory block of Linux at a time, and this long to bring it online and to report.
inline constexpr Duration kKernelGrowEvery = std::chrono::seconds(1);

// --- wanting ---
// The least buffer an owner can request. With less, a working Linux guest cannot even take in hot-added
// memory (1.6 % of 2 GiB is 32 MiB).
inline constexpr Bytes kLeastHeadroom = Bytes::mib(64);
// Kept above demand even when weights decide; otherwise the kernel reclaims without need.
inline constexpr Bytes kSlack = Bytes::mib(32);
// When memory is scarce, a VM's need counts up to this above what it shows.
inline constexpr Bytes kNeedyMost = Bytes::mib(128);
inline constexpr double kNeedyShare = 0.05;
// A guest in want uses nearly all its memory, except for what its kernel keeps free …
inline constexpr double kUntouchedShare = 0.125;
// … and shows within this time what it really uses of new memory: it reads tens of MiB a second from swap.
inline constexpr Duration kProveWithin = std::chrono::seconds(5);
// Share of the buffer below which a VM is Low and grows (Hyper-V's 80 %).
inline constexpr double kLowShare = 0.8;

// --- moving ---
// The least growth: each change costs guest and host a round of work.
inline constexpr Bytes kLeastGrow = Bytes::mib(64);
// Scarce memory arrives in small amounts, which are collected until they are worth a change.
inline constexpr Bytes kLeastGrant = Bytes::mib(16);
// Less than this of what is idle is not returned, unless the VM then rests at its minimum.
inline constexpr Bytes kCrumb = Bytes::mib(8);
// A VM in distress keeps this share of its demand above what it wants when others are short.
inline constexpr double kDistressShare = 0.25;
// No shrink for others this soon after a growth.
inline constexpr Duration kYieldAfterGrow = std::chrono::seconds(1);
// The interval and the size of shrinks. Free memory goes at once, buffers and page cache more slowly, needed
// memory most slowly, because the guest must page it out first.
inline constexpr Duration kShrinkEvery = std::chrono::seconds(1);
inline constexpr Duration kYieldEvery = std::chrono::milliseconds(200);
inline constexpr Bytes kCutStep = Bytes::mib(128);
// The active page cache that one shrink takes if nobody waits for it, or as much as was taken and not missed.
// A device may take GiBs in the time of a report (docs/adr/0012-cache-a-little-at-a-time.md).
inline constexpr Bytes kCacheStep = Bytes::mib(32);

// --- learning ---
// Distress this soon after a shrink was caused by it.
inline constexpr Duration kShrinkToBlame = std::chrono::seconds(10);
// A floor lies this much above the level that hurt, after relapses up to this multiple: the last shrink may
// have taken far more than is missed.
inline constexpr Bytes kFloorStep = Bytes::mib(128);
inline constexpr std::int64_t kFloorSteps = 4;
// A level that hurt is avoided this long, twice as long at each relapse.
inline constexpr Duration kFloorFirst = std::chrono::seconds(60);
inline constexpr Duration kFloorMost = std::chrono::minutes(16);

}  // namespace aerostat
