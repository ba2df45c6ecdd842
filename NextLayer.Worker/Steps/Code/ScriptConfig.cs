using System.Text.Json;
using NextLayer.Worker.Sandbox;
using NextLayer.Workflows.Definitions;

namespace NextLayer.Worker.Steps.Code;

/// <summary>Configuration of an <c>inline_code</c> step in JavaScript, read strictly.</summary>
internal sealed record ScriptConfig
{
    public required string Code { get; init; }

    /// <summary>Null takes the run's.</summary>
    public required JsonElement? Input { get; init; }

    public required TimeSpan Timeout { get; init; }
    public required int MemoryMb { get; init; }
    public required int Statements { get; init; }

    public static ScriptConfig Read(JsonElement json)
    {
        var config = new StepConfig(json);
        if (config.Text("language") is not (null or "javascript"))
            throw config.Wrong("language", "javascript or expression");
        var limits = config.Object("limits") ?? new StepConfig(default, "config.limits");
        return new ScriptConfig
        {
            Code = config.RequiredText("code"),
            Input = config.Find("input"),
            Timeout = ReadTimeout(limits),
            MemoryMb = (int)(limits.Number("memory_mb", 1, SandboxPool.LargestMb) ?? 32),
            Statements = (int)(limits.Number("statements", 1, 10_000_000) ?? 200_000),
        };
    }

    private static TimeSpan ReadTimeout(StepConfig limits)
    {
        if (limits.Find("timeout") is not { } value)
            return TimeSpan.FromSeconds(2);
        return IsoDuration.TryRead(value, out var timeout) && timeout > TimeSpan.Zero && timeout <= TimeSpan.FromMinutes(1)
            ? timeout
            : throw limits.Wrong("timeout", "a duration of at most a minute, such as PT2S, or a number of seconds");
    }
}
