using NextLayer.Bench.Reporting;
using NextLayer.Bench.Stack;

namespace NextLayer.Bench;

/// <summary>What every measurement works with.</summary>
internal sealed record BenchContext(BenchServers Servers, Report Report, BenchOptions Options);
