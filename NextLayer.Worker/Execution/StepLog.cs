using NextLayer.Contracts.Runs;

namespace NextLayer.Worker.Execution;

/// <summary>Writes lines into the run's own log, where the people who run the pipeline read them.</summary>
internal sealed class StepLog(ActiveRun run, Action<ActiveRun> send, string? stepId, int? attempt)
{
    /// <summary>More of a message is cut off.</summary>
    public const int MaxMessage = 8192;

    /// <summary>Taken out of every line.</summary>
    public SecretValues Secrets { get; } = new();

    public void Info(string message) => Write(RunLogLevel.Info, message);

    public void Warning(string message) => Write(RunLogLevel.Warning, message);

    public void Write(RunLogLevel level, string message)
    {
        run.Outbox.Add(new RunLogLine
        {
            Level = level,
            Message = StorableText.Sanitize(Secrets.Redact(message), MaxMessage),
            Source = stepId is null ? "worker" : "step",
            StepId = stepId,
            Attempt = attempt,
        });
        send(run);
    }
}
