using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Email;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Worker.Steps.Approvals;

/// <summary>
/// Tells the receivers of a notice, side by side. The question waits whatever becomes of that: who was told stands in the
/// run's log, and who could not be, with the reason.
/// </summary>
internal sealed class ApprovalNotifier(Mailer mailer, GuardedHttp http, TimeProvider time)
{
    /// <summary>For all of it, or half of the step's time-out where that is less; the question is not asked before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    /// <exception cref="StepFailure">The run is another worker's now.</exception>
    /// <exception cref="OperationCanceledException">The attempt is to end.</exception>
    public async Task TellAsync(StepContext context, NoticeReceivers receivers, ApprovalNotice notice, CancellationToken ct)
    {
        foreach (var place in receivers.Unreadable)
            context.Log.Warning($"Nobody is told by {place}: it is neither a mail address nor an http or https address without a user name.");
        var half = TimeSpan.FromSeconds(context.Step.Definition.TimeoutSeconds / 2);
        using var timer = new CancellationTokenSource(half < Patience ? half : Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        var tellings = receivers.Addresses.Select(address => Post(context, address, notice)).ToList();
        if (receivers.Mailboxes.Count > 0)
            tellings.Add(Mail(context, receivers.Mailboxes, notice));
        await Task.WhenAll(tellings.Select(telling => TryAsync(context, telling, timer.Token, either.Token)));
    }

    /// <summary>A message without a way out is in the log instead, and accepted by nobody.</summary>
    private Telling Mail(StepContext context, IReadOnlyList<EmailAddress> to, ApprovalNotice notice) => new(
        string.Join(", ", to.Select(mailbox => mailbox.Address)),
        new SecretValues(),
        async ct => (await mailer.SendAsync(context, notice.Mail(to), ct)).Accepted);

    private Telling Post(StepContext context, Uri address, ApprovalNotice notice) => new(
        address.Authority,
        KeysIn(address),
        async ct =>
        {
            var request = HttpRequestConfig.Post(address, notice.Post(), []);
            var reply = await new HttpExchange(http.Client, request, context.IdempotencyKey, context.Epoch, () => context.Now).SendAsync(address, ct);
            return request.SuccessCodes.Contains(reply.StatusCode) ? [address.Authority] : throw HttpFailure.Status(reply);
        });

    /// <summary>What follows the host of such an address often is the key to it.</summary>
    private static SecretValues KeysIn(Uri address)
    {
        var keys = new SecretValues();
        foreach (var key in address.Query.TrimStart('?').Split('&', '=').Append(address.AbsolutePath))
            keys.Add(key);
        return keys;
    }

    private async Task TryAsync(StepContext context, Telling telling, CancellationToken timeIsUp, CancellationToken ct)
    {
        try
        {
            if (await PersistAsync(telling.TellAsync, ct) is { Count: > 0 } told)
                context.Log.Info($"Told {string.Join(", ", told)} that the approval waits.");
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            if (!timeIsUp.IsCancellationRequested)
                throw;
            context.Log.Warning($"Could not tell {telling.Who} in time that the approval waits.");
        }
        catch (Exception ex) when (ex is not StepFailure { Failure.Error.Code: ConnectorSource.LeaseLostCode })
        {
            context.Log.Warning($"Could not tell {telling.Who} that the approval waits: {telling.Hidden.Redact(ex.Message)}");
        }
    }

    private async Task<IReadOnlyList<string>> PersistAsync(Func<CancellationToken, Task<IReadOnlyList<string>>> tell, CancellationToken ct)
    {
        foreach (var pause in Pauses)
        {
            try
            {
                return await tell(ct);
            }
            catch (StepFailure ex) when (ex.Failure.Error.Retryable)
            {
                await Task.Delay(pause, time, ct);
            }
        }

        return await tell(ct);
    }

    /// <param name="Who">As the log shows it.</param>
    /// <param name="Hidden">What the log must not show of the address.</param>
    /// <param name="TellAsync">Gives those who were told.</param>
    private sealed record Telling(string Who, SecretValues Hidden, Func<CancellationToken, Task<IReadOnlyList<string>>> TellAsync);
}
