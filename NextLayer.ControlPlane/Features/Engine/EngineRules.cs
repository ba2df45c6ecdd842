using NextLayer.Contracts.Engine;

namespace NextLayer.ControlPlane.Features.Engine;

/// <summary>What people can ask of the engine.</summary>
internal enum EngineAction
{
    Start,
    Pause,
    Resume,
    Stop,
}

/// <summary>What an action means in a state.</summary>
internal enum EngineMove
{
    Change,

    /// <summary>It is so already: nothing is written, not even a time.</summary>
    Nothing,

    Refuse,
}

/// <summary>The state machine of the engine: stopped ⇄ running ⇄ paused, and from paused to stopped.</summary>
internal static class EngineRules
{
    public static EngineMove Decide(EngineAction action, string state) => (action, state) switch
    {
        (EngineAction.Start, EngineStates.Running) => EngineMove.Nothing,
        (EngineAction.Start, _) => EngineMove.Change,
        (EngineAction.Pause, EngineStates.Running) => EngineMove.Change,
        (EngineAction.Pause, EngineStates.Paused) => EngineMove.Nothing,
        (EngineAction.Resume, EngineStates.Paused) => EngineMove.Change,
        (EngineAction.Stop, EngineStates.Stopped) => EngineMove.Nothing,
        (EngineAction.Stop, _) => EngineMove.Change,
        _ => EngineMove.Refuse,
    };

    public static string Target(EngineAction action) => action switch
    {
        EngineAction.Pause => EngineStates.Paused,
        EngineAction.Stop => EngineStates.Stopped,
        _ => EngineStates.Running,
    };
}
