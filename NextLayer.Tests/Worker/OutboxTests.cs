using System.Text.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Reporting;

namespace NextLayer.Tests.Worker;

public sealed class OutboxTests
{
    private readonly ManualTime time = new();
    private readonly Outbox outbox;

    public OutboxTests() => outbox = new Outbox(time);

    [Fact]
    public void Add_EndOfAnAttemptNobodyHeardOf_ReplacesItsBeginning()
    {
        outbox.Add(Step("a", StepStatus.Running));
        outbox.Add(Step("b", StepStatus.Running));
        outbox.Add(Step("a", StepStatus.Completed));

        var report = Take();

        Assert.Equal([("b", StepStatus.Running), ("a", StepStatus.Completed)], report.Steps.Select(s => (s.Item.StepId, s.Item.Status)));
    }

    [Fact]
    public void Add_EndOfAnEarlierAttempt_KeepsTheNewerBeginning()
    {
        outbox.Add(Step("a", StepStatus.Running, attempt: 2));
        outbox.Add(Step("a", StepStatus.Failed, attempt: 1));

        Assert.Equal(2, Take().Steps.Count);
    }

    [Fact]
    public void Schedule_UntilAnswered_IsTrueOnce()
    {
        outbox.Add(Step("a", StepStatus.Running));
        var first = outbox.Schedule();
        outbox.Add(Step("b", StepStatus.Running));
        var again = outbox.Schedule();
        Take();
        outbox.Add(Step("c", StepStatus.Running));
        var underWay = outbox.Schedule();

        var more = outbox.Answered();

        Assert.Equal((true, false, false, true), (first, again, underWay, more));
        Assert.Equal("c", Assert.Single(Take().Steps).Item.StepId);
        Assert.False(outbox.Answered());
    }

    [Fact]
    public void Take_NumbersReports()
    {
        outbox.Add(Step("a", StepStatus.Running));
        var first = Take().Seq;
        outbox.Add(Step("a", StepStatus.Completed));

        Assert.Equal((1, 2), (first, Take().Seq));
    }

    [Fact]
    public void Take_MoreThanFits_LeavesTheRestAndTheEndForLater()
    {
        var output = JsonSerializer.SerializeToElement(new string('x', 250_000));
        foreach (var id in new[] { "a", "b", "c" })
            outbox.Add(Step(id, StepStatus.Completed) with { Output = output });
        outbox.Complete(new RunCompletion { Status = RunStatus.Succeeded });

        var first = Take();
        outbox.Answered();
        var second = Take();

        Assert.Equal((2, null), (first.Steps.Count, first.Completion?.Status));
        Assert.Equal((1, RunStatus.Succeeded), (second.Steps.Count, second.Completion?.Status));
        Assert.False(outbox.Answered());
    }

    [Fact]
    public void Take_WithoutRoom_TakesOneItemAllTheSame()
    {
        outbox.Add(Step("a", StepStatus.Completed));

        Assert.Single(outbox.Take(room: 0, out _).Steps);
    }

    [Fact]
    public void Build_AfterAnOutage_TellsTheAgeAsOfNow()
    {
        outbox.Add(Step("a", StepStatus.Running));
        outbox.Add(new RunLogLine { Message = "m" });
        var report = Take();

        time.Advance(TimeSpan.FromSeconds(3));
        var sent = report.Build(Guid.NewGuid(), Lease, time);
        time.Advance(TimeSpan.FromSeconds(4));
        var repeated = report.Build(Guid.NewGuid(), Lease, time);

        Assert.Equal((3000, 7000), (sent.Steps[0].AgeMs, repeated.Steps[0].AgeMs));
        Assert.Equal((3000, 7000), (sent.Logs[0].AgeMs, repeated.Logs[0].AgeMs));
        Assert.Equal(sent.Seq, repeated.Seq);
    }

    [Fact]
    public void Add_MoreLinesThanMayWait_SaysHowManyAreMissing()
    {
        for (var i = 0; i < Outbox.MaxWaitingLogs + 7; i++)
            outbox.Add(new RunLogLine { Message = "m" });

        var lines = new List<string>();
        do
        {
            lines.AddRange(Take().Logs.Select(l => l.Item.Message));
        }
        while (outbox.Answered());

        Assert.Equal(Outbox.MaxWaitingLogs + 1, lines.Count);
        Assert.StartsWith("7 lines were written", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Complete_IgnoresWhatComesLater()
    {
        outbox.Complete(new RunCompletion { Status = RunStatus.Cancelled });
        outbox.Add(Step("a", StepStatus.Completed));
        outbox.Complete(new RunCompletion { Status = RunStatus.Succeeded });

        var report = Take();

        Assert.Empty(report.Steps);
        Assert.Equal(RunStatus.Cancelled, report.Completion?.Status);
    }

    private static Lease Lease { get; } = new() { Epoch = 1, Token = Guid.NewGuid(), Seconds = 30 };

    private PendingReport Take() => outbox.Take(Outbox.MaxBytes, out _);

    private static StepReport Step(string id, StepStatus status, int attempt = 1) =>
        new() { StepId = id, StepType = "noop", Attempt = attempt, Status = status };
}
