using NextLayer.AppHost.Embedded.Running;

namespace NextLayer.AppHost.Embedded.Output;

/// <summary>Where a running picture tells what goes on: the terminal, or nothing in tests.</summary>
internal interface IResourceOutput
{
    /// <summary>Said by the AppHost itself.</summary>
    void Say(string text);

    /// <summary>One line of a process.</summary>
    void Line(string label, string text);

    void StateChanged(ReplicaState state, string? detail);
}

/// <summary>For tests, which read <c>state.json</c> and the log files.</summary>
internal sealed class SilentOutput : IResourceOutput
{
    public void Say(string text)
    {
    }

    public void Line(string label, string text)
    {
    }

    public void StateChanged(ReplicaState state, string? detail)
    {
    }
}
