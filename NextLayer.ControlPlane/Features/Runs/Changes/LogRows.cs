using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Runs.Changes;

/// <summary>Turns a line as it was sent into a line as it is stored.</summary>
internal static class LogRows
{
    public const int MaxMessage = 8192;

    public static LogRow Make(int line, RunLogLine sent, DateTimeOffset now) => new(
        line,
        now - TimeSpan.FromMilliseconds(Math.Clamp(sent.AgeMs, 0, 86_400_000)),
        Names.Of(sent.Level),
        Cut(sent.Message),
        sent.Source,
        sent.StepId,
        sent.Attempt,
        sent.Meta?.GetRawText());

    /// <summary>Keeps a text within <see cref="MaxMessage"/> and says so when it was longer.</summary>
    public static string Cut(string text)
    {
        if (text.Length <= MaxMessage)
            return text;
        var end = char.IsHighSurrogate(text[MaxMessage - 2]) ? MaxMessage - 2 : MaxMessage - 1;
        return text[..end] + "…";
    }
}
