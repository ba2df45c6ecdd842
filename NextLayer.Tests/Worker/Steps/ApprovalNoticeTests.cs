using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Steps.Approvals;
using NextLayer.Worker.Steps.Email;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Tests.Worker.Steps;

/// <summary>Whom a <c>wait_for_approval</c> step tells, and what; the question waits in any case.</summary>
public sealed class ApprovalNoticeTests : IAsyncLifetime, IDisposable
{
    private readonly StepBench bench = new();
    private readonly GuardedConnector network = new(new AllowedHosts(["127.0.0.0/8", "::1"]));
    private readonly GuardedHttp http;
    private TestConnectors connectors = null!; // Set before any test runs.

    public ApprovalNoticeTests() => http = new GuardedHttp(network);

    public async ValueTask InitializeAsync() => connectors = await TestConnectors.StartAsync();

    [Fact]
    public async Task Receivers_GetTheQuestionTheDeadlineAndTheWayToThePage()
    {
        await using var mail = new SmtpSink().Start();
        await using var chat = await StandIn.StartAsync(c => c.Response.WriteAsync("ok"));
        Connect(mail);

        var result = await bench.RunAsync(Step(), new
        {
            title = "Refund 42 €?\r\nBcc: evil@example.com",
            instructions = "Look at the order.",
            show = new[] { "not for outside" },
            deadline = "P1D",
            on_deadline = "approve",
            notify = new[] { "Ada <ada@example.com>", chat.Url("/hooks/T1").ToString(), "bob@example.com" },
        });

        Assert.NotNull(Assert.IsType<StepResult.Waiting>(result).Wait?.Approval);
        var page = $"https://flows.example/approvals?run={StepBench.RunId}&step=s";
        var message = Assert.Single(mail.Messages);
        Assert.Equal(["RCPT TO:<ada@example.com>", "RCPT TO:<bob@example.com>"], mail.Commands.Where(c => c.StartsWith("RCPT", StringComparison.Ordinal)));
        Assert.DoesNotContain(message.Split("\r\n"), line => line.StartsWith("Bcc:", StringComparison.OrdinalIgnoreCase));
        var body = Encoding.UTF8.GetString(Convert.FromBase64String(message[(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]));
        Assert.Equal(
            $"Refund 42 €? Bcc: evil@example.com\n\nLook at the order.\n\nAnswer here: {page}\n\n"
            + $"Without an answer by 2030-01-02 00:00 UTC it counts as approved.\n\nRun {StepBench.RunId}, step s\n",
            body.ReplaceLineEndings("\n"));
        var post = Assert.Single(chat.Requests);
        Assert.Equal($"{StepBench.RunId}/2/s", post.Headers["idempotency-key"].Trim('"'));
        var told = JsonElement.Parse(post.Body);
        Assert.Equal(
            ("approval.waiting", $"Approval needed: Refund 42 €? Bcc: evil@example.com\n{page}", page),
            (told.GetProperty("type").GetString(), told.GetProperty("text").GetString(), told.GetProperty("url").GetString()));
        Assert.DoesNotContain("outside", body + post.Body, StringComparison.Ordinal);
        Assert.Equal(
            [$"Told 127.0.0.1:{chat.Port} that the approval waits.", "Told ada@example.com, bob@example.com that the approval waits."],
            bench.Lines.Select(line => line.Message).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Receiver_ThatCannotBeTold_IsInTheLogAndTheQuestionWaits()
    {
        await using var chat = await StandIn.StartAsync(c =>
        {
            c.Response.StatusCode = 404;
            return c.Response.WriteAsync("""{"error": "no such channel: /hooks/T1-key?key=another"}""");
        });

        var result = await bench.RunAsync(Step(), new { notify = new[] { chat.Url("/hooks/T1-key?key=another").ToString(), "ada@example.com", "http://10.0.0.1/x" } });

        Assert.IsType<StepResult.Waiting>(result);
        Assert.Equal(
            [
                "Could not tell 10.0.0.1 that the approval waits: ",
                $"Could not tell 127.0.0.1:{chat.Port} that the approval waits: http://127.0.0.1:{chat.Port}*** answered 404: no such channel: ***?key=***",
                "Could not tell ada@example.com that the approval waits: This step needs a connector of type 'smtp', and the tenant has none.",
            ],
            bench.Lines.Select(line => line.Message.StartsWith("Could not tell 10.", StringComparison.Ordinal) ? line.Message[..49] : line.Message).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Receiver_ThatIsBusyAtFirst_IsToldALittleLater()
    {
        var calls = 0;
        await using var chat = await StandIn.StartAsync(c =>
        {
            c.Response.StatusCode = Interlocked.Increment(ref calls) < 3 ? 503 : 200;
            return Task.CompletedTask;
        });

        var clock = new ManualClock();

        var running = bench.RunAsync(Step(clock), new { notify = chat.Url("/hook").ToString() });
        foreach (var pause in new[] { 1, 5 })
        {
            await Eventually.TrueAsync(() => clock.HasTimerOf(TimeSpan.FromSeconds(pause)), "it waits for its next try");
            clock.Advance(TimeSpan.FromSeconds(pause));
        }

        var result = await running;
        Assert.IsType<StepResult.Waiting>(result);
        Assert.Equal(3, chat.Requests.Count);
        Assert.Equal($"Told 127.0.0.1:{chat.Port} that the approval waits.", Assert.Single(bench.Lines).Message);
    }

    [Fact]
    public async Task Receiver_ThatIsNoAddress_IsInTheLogByItsPlace_AndTheOthersAreTold()
    {
        await using var mail = new SmtpSink().Start();
        Connect(mail);

        var result = await bench.RunAsync(Step(), new
        {
            notify = new[] { "#refunds", "ftp://example.com/x", "https://me:key@example.com/x", "ada@example.com\r\nBcc: evil@example.com", "ada@example.com" },
        });

        Assert.IsType<StepResult.Waiting>(result);
        Assert.Equal(["RCPT TO:<ada@example.com>"], mail.Commands.Where(c => c.StartsWith("RCPT", StringComparison.Ordinal)));
        Assert.Equal(
            [
                .. Enumerable.Range(0, 4).Select(i => $"Nobody is told by notify[{i}]: it is neither a mail address nor an http or https address without a user name."),
                "Told ada@example.com that the approval waits.",
            ],
            bench.Lines.Select(line => line.Message));
    }

    [Fact]
    public async Task Receiver_ThatAnswersNonsense_IsInTheLogAndTheQuestionWaits()
    {
        await using var chat = await StandIn.StartAsync(c =>
        {
            c.Response.StatusCode = 400;
            return c.Response.WriteAsync("{\"message\": \"\\ud800\"}");
        });
        await using var latin = await StandIn.StartAsync(c =>
        {
            c.Response.StatusCode = 400;
            return c.Response.Body.WriteAsync(Encoding.Latin1.GetBytes("""{"message": "für"}""")).AsTask();
        });

        var result = await bench.RunAsync(Step(), new { notify = new[] { chat.Address, latin.Address } });

        Assert.IsType<StepResult.Waiting>(result);
        Assert.Equal(
            new[] { chat.Port, latin.Port }.Select(port => $"Could not tell 127.0.0.1:{port} that the approval waits: http://127.0.0.1:{port}/ answered 400.").Order(),
            bench.Lines.Select(line => line.Message).Order());
    }

    [Theory]
    [InlineData(600, 30)]
    [InlineData(20, 10)]
    public async Task Receiver_ThatNeverAnswers_HoldsTheQuestionUpForAWhileOnly(double timeoutSeconds, int held)
    {
        await using var chat = await StandIn.StartAsync(c => Task.Delay(Timeout.Infinite, c.RequestAborted));
        var clock = new ManualClock();

        var running = bench.RunAsync(Step(clock), new { notify = new[] { chat.Address, chat.Address } }, timeoutSeconds: timeoutSeconds);
        await Eventually.TrueAsync(() => !chat.Requests.IsEmpty, "it is asked");
        clock.Advance(TimeSpan.FromSeconds(held) - TimeSpan.FromTicks(1));
        Assert.False(running.IsCompleted);
        clock.Advance(TimeSpan.FromTicks(1));

        Assert.IsType<StepResult.Waiting>(await running);
        Assert.Equal($"Could not tell 127.0.0.1:{chat.Port} in time that the approval waits.", Assert.Single(bench.Lines).Message);
    }

    // A worker that drains gives the run to another, which tells; of a cancelled run nobody is to be told.
    [Fact]
    public async Task Attempt_ThatIsInterrupted_SaysNothingOfItsReceiversAndAsksNothing()
    {
        await using var chat = await StandIn.StartAsync(c => Task.Delay(Timeout.Infinite, c.RequestAborted));
        using var interruption = new CancellationTokenSource();

        var running = bench.RunAsync(Step(), new { notify = chat.Address }, interruption: interruption.Token);
        await Eventually.TrueAsync(() => !chat.Requests.IsEmpty, "it is asked");
        await interruption.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => running);
        Assert.Empty(bench.Lines);
    }

    [Fact]
    public async Task Run_ThatIsAnotherWorkersNow_IsNotAskedAbout()
    {
        connectors.Refuse("smtp", HttpStatusCode.Conflict, "lease_lost");

        var failure = await bench.FailureAsync(Step(), new { notify = "ada@example.com" });

        Assert.Equal("LEASE_LOST", failure.Error.Code);
    }

    public void Dispose() => http.Dispose();

    public ValueTask DisposeAsync() => connectors.DisposeAsync();

    private WaitForApprovalStep Step(TimeProvider? time = null) => new(
        new ApprovalNotifier(new Mailer(connectors.Source, network, allowLog: false), http, time ?? TimeProvider.System),
        new WorkerOptions { DashboardUrl = "https://flows.example" });

    private void Connect(SmtpSink mail) =>
        connectors.Add("smtp", new { host = "127.0.0.1", port = mail.Port, tls = "none", from = "me@sender.example" });
}
