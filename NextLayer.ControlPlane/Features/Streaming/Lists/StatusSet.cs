using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Streaming.Lists;

/// <summary>Some of the six states of a run.</summary>
internal readonly record struct StatusSet(int Bits)
{
    public static readonly StatusSet All = Enum.GetValues<RunStatus>().Aggregate(default(StatusSet), (set, status) => set.With(status));

    public StatusSet With(RunStatus status) => new(Bits | (1 << (int)status));

    public bool Has(RunStatus status) => (Bits & (1 << (int)status)) != 0;

    public bool Meets(StatusSet other) => (Bits & other.Bits) != 0;
}
