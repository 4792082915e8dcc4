// Every constant of the policy, with its reason. docs/design/tuning lists them for operators.
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
// With more than this strictly free and as much available, and this share of all, its kernel reclaims
// nothing: no distress is for want of memory (watermarks lie well below 2 %; where they are set higher, less
// is available).
inline constexpr Bytes kRoomy = Bytes::mib(64);
inline constexpr double kRoomyShare = 0.05;
// With this share of all available, cache included, no program is paged out for want of memory, nor killed.
inline constexpr double kPlentyShare = 0.25;
// Pages come back seconds after they were taken.
inline constexpr Duration kReclaimHalfLife = std::chrono::seconds(2);
// Where a kernel promises no more than a share of what it has (vm.overcommit_memory=2), programs are refused
// memory at once: this much more is kept, twice what one process of some size asks for as it starts.
inline constexpr Bytes kCommitSlack = Bytes::mib(64);
// How long a missed cache or swap keeps counting after it was last missed.
inline constexpr Duration kHeatHalfLife = std::chrono::seconds(60);
// Cache of which only this share still counts was given up without being missed.
inline constexpr double kColdHeat = 0.1;

// Cache is not doubted before it was known this long.
inline constexpr Duration kCacheYoung = std::chrono::seconds(60);
// Where nobody tells hot cache from cold, this share of new cache counts. What share is hot is not known, and
// taken for as likely this as that; and a MiB too little costs a guest about twice what one too many costs
// the others.
inline constexpr double kUnknownCache = 0.7;
// Such cache counts no further than need comes to this share of what the guest has: with the usual buffer it
// is then not grown.
inline constexpr double kUnknownCacheRoom = 0.75;
// A Linux kernel's low watermark against its reserve, the sum of its high ones (1.25 to 1.5 times the least).
// It calls that much cache not available, and the lists of its processors hold as much (since 5.13; 56 MiB
// and up to 54 MiB seen where it is 56 MiB).
inline constexpr double kLowMarkShare = 1.25 / 1.5;
// The reserve is no more than this of all: the kernel bounds it likewise (5 % of memory for the least mark).
inline constexpr double kReserveShare = 0.1;

// Of the active cache this much is needed whatever is known: the code of running programs is there.
inline constexpr Bytes kLeastCache = Bytes::mib(32);

// Every Linux kernel keeps about this much for itself and its page descriptors outside of MemTotal: so much
// is believed of a guest that was not yet seen at rest.
inline constexpr Bytes kLeastUncounted = Bytes::mib(32);
inline constexpr double kUncountedShare = 0.02;
// Where memory is scarce no more of it is believed: the most that a distribution sets aside for a crash
// kernel by itself.
inline constexpr Bytes kUnseenMost = Bytes::mib(512);
// Less is believed when it stood this long: growths were seen 5 to 20 ms too late or too early, and reports
// of a guest that grows come faster.
inline constexpr Duration kUncountedStands = std::chrono::milliseconds(150);
// More, however much, when it stood this long and nothing moved: a kernel in want takes seconds to add a
// block that it was given.
inline constexpr Duration kUnseenStands = std::chrono::seconds(5);
// A rise that memory on its way explains is looked at again for this long (40 ms seen:
// docs/design/actuators.md).
inline constexpr Duration kHalfSeenFor = std::chrono::milliseconds(60);
// With each block that goes meanwhile again, but for no longer than this.
inline constexpr Duration kHalfSeenMost = std::chrono::seconds(1);
// Memory that just came explains a rise by more than this share of it; less a guest may well have taken.
inline constexpr double kHalfSeenShare = 0.5;
// A service looks ten times a second and speaks when something changed: what it has not told of so long after
// did not happen.
inline constexpr Duration kSilenceTells = std::chrono::milliseconds(120);
// But one whose guest gives a block is busy with that: silent for up to 0.4 s
// (docs/adr/0016-memory-that-goes-is-no-need.md).
inline constexpr Duration kSilenceTellsGiving = std::chrono::milliseconds(500);

// --- looking ahead (policy/outlook.h) ---
// How rough need is: it wanders like fractional Brownian motion with this exponent (3 % in 0.2 s and 7.5 % in
// 1.7 s on farm-like load).
inline constexpr double kHurst = 0.4;
// From a guest's report to memory it can use.
inline constexpr double kLeadSeconds = 0.07;
// How long rises are remembered, in seconds.
inline constexpr double kBurstMemory = 3.7;
// A VM that was just met is taken for one that rises by this share of its need while memory is on its way. In
// the lab less is cheaper; two real guests on a host too small for both then lacked memory six times as long.
inline constexpr double kUnknownRise = 0.08;
// … and is known after about this many seconds.
inline constexpr double kUnknownMemory = 10;
// A growth brings this part of the economic order quantity; a rise is taken over about this many seconds.
inline constexpr double kOrder = 0.21;
inline constexpr double kRiseSeconds = 0.87;
// … and is taken to go on for this long, well beyond kLeadSeconds: a guest that has run out can hardly be
// given any.
inline constexpr double kRiseLead = 0.5;
// What is within so many times its roughness is no sure rise: a need that wanders does as much, and so does
// an estimate that errs.
inline constexpr double kSureRise = 4;
// One by more than this share of need in a second is likely, however rough: it is carried on for so long, and
// a guest that would have to add a block is grown for that (kRoomInBlock).
inline constexpr double kNoRise = 0.045;
inline constexpr double kRoughLead = 0.2;
// Changes are counted over about this many seconds. Above this many an hour each comes dearer: at twice as
// many by this many times its price.
inline constexpr double kMovesMemory = 310;
inline constexpr double kManyMoves = 230;
inline constexpr double kHurry = 1.6;
// An estimate errs by this share of need (standard deviation, measured: docs/design/estimator.md) …
inline constexpr double kEstimateError = 0.006;
// … which shows as jumps of this share of need between looks, per s^H. A need that jumps less is known better
// in proportion to the square of its jumps, over about this many seconds.
inline constexpr double kErrorJumps = 0.0052;
inline constexpr double kErrorMemory = 60;
// What goes back leaves so many times the error more than its way keeps, or it is fetched again; and as much
// more of what was needed of late as an error may be.
inline constexpr double kErrorKept = 1.7;
inline constexpr double kErrorMost = 2.3;
// Where less than so many times the error lies idle, this much of what was needed of late above the present
// need is kept: a need that wanders about a level leaves as much unused at any moment, and comes back for it.
inline constexpr double kErrorSure = 12.7;
inline constexpr double kUnsureDepth = 0.72;
// Less than so many times the error, or than it is at most, is not worth a change however long it lies, where
// blocks are small.
inline constexpr double kErrorIdle = 3.4;
// Ways are judged by what they cost in about this many seconds; the first judgement takes this much of need,
// held idle for a second, against all but the first.
inline constexpr double kTrialMemory = 85;
inline constexpr double kPrior = 0.22;
// How long a shortage seen in a sample lasts until memory has come, and what it grows by meanwhile.
inline constexpr double kShortStays = 0.01;
// Headroom for bursts never exceeds this share of need, or this amount: one wild sample must not empty the
// pool.
inline constexpr double kForecastShare = 0.5;
inline constexpr Bytes kLeastForecastCap = Bytes::mib(256);
// With less than this left a guest is saturated (the kernel's watermarks stop ordinary allocations about
// there; they lie 0.1 % of memory apart, watermark_scale_factor) …
inline constexpr Bytes kSaturated = Bytes::mib(12);
inline constexpr double kSaturatedShare = 0.001;
// … and is offered at least this much more at a time, beside the headroom that its rise calls for.
inline constexpr Bytes kSaturatedStep = Bytes::mib(32);
// It is grown whatever its demand is taken for, and again after this long if that did not help; by twice as
// much each time, so many times: 64 MiB at first, 1 GiB at last, 2 GiB in all within 1.5 s.
inline constexpr Duration kRescueEvery = std::chrono::milliseconds(300);
inline constexpr int kRescueDoublings = 4;
// With less than this left for kernel data a guest is in danger, whatever is available to programs. It is
// where the guest's service calls its kernel short (src/agent/common/zone_choice.h) and brings the next block
// online for it: a block given before would go to programs.
inline constexpr Bytes kLeastKernelMemory = Bytes::mib(16);
inline constexpr double kLeastKernelShare = 1.0 / 64;
// It is then given one memory block of Linux at a time, and this long to bring it online and to report.
inline constexpr Duration kKernelGrowEvery = std::chrono::seconds(1);

// --- wanting ---
// The least buffer an owner can ask for: below it a Linux guest cannot even take in hot-added memory (1.6 %
// of 2 GiB is 32 MiB) while it works.
inline constexpr Bytes kLeastHeadroom = Bytes::mib(64);
// Kept above demand even when weights decide, else the kernel reclaims although nothing is missing.
inline constexpr Bytes kSlack = Bytes::mib(32);
// When not all can be had, nobody's need is taken for more than this above what it shows.
inline constexpr Bytes kNeedyMost = Bytes::mib(128);
inline constexpr double kNeedyShare = 0.05;
// A guest in want uses nearly all that it was given, but for what its kernel always leaves free …
inline constexpr double kUntouchedShare = 0.125;
// … and of what it is given shows within this what it really uses: it fetches tens of MiB a second from swap.
inline constexpr Duration kProveWithin = std::chrono::seconds(5);
// Share of the buffer below which a VM is Low and is grown (Hyper-V's 80 %).
inline constexpr double kLowShare = 0.8;

// --- moving ---
// Growth is asked for in at least this much: each change costs the guest and the host a round of work.
inline constexpr Bytes kLeastGrow = Bytes::mib(64);
// When memory is scarce it arrives in crumbs; they are collected until they are worth a change.
inline constexpr Bytes kLeastGrant = Bytes::mib(16);
// A VM in distress keeps this much of its demand above what it wants, when others are short.
inline constexpr double kDistressShare = 0.25;
// No shrink for others this soon after a growth.
inline constexpr Duration kYieldAfterGrow = std::chrono::seconds(1);
// One shrink at a time, and its size: free memory goes at once, buffers and page cache slower, needed memory
// slowest, because the guest has to page it out first.
inline constexpr Duration kShrinkEvery = std::chrono::seconds(1);
inline constexpr Duration kYieldEvery = std::chrono::milliseconds(200);
inline constexpr Bytes kCutStep = Bytes::mib(128);
// Of active page cache one shrink takes this, or as much as was taken and not missed, when nobody waits for
// it. A device may take GiBs in the time of a report (docs/adr/0012-cache-a-little-at-a-time.md).
inline constexpr Bytes kCacheStep = Bytes::mib(32);

// --- learning ---
// Distress this soon after a shrink was caused by it.
inline constexpr Duration kShrinkToBlame = std::chrono::seconds(10);
// A floor lies this much above what hurt, after relapses up to so many times this: the last shrink may have
// taken far more than is missed.
inline constexpr Bytes kFloorStep = Bytes::mib(128);
inline constexpr std::int64_t kFloorSteps = 4;
// What was too little is avoided this long, doubling at each relapse.
inline constexpr Duration kFloorFirst = std::chrono::seconds(60);
inline constexpr Duration kFloorMost = std::chrono::minutes(16);

}  // namespace aerostat
