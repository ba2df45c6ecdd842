using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Email;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Worker.Steps.Approvals;

/// <summary>
/// Tells the receivers of a notice, side by side. The question waits whatever becomes of that: who could not be told stands
/// in the run's log, with the reason.
/// </summary>
internal sealed class ApprovalNotifier(Mailer mailer, GuardedHttp http, TimeProvider time)
{
    /// <summary>For all of it; the question is not asked before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    /// <exception cref="StepFailure">The run is another worker's now.</exception>
    public async Task TellAsync(StepContext context, NoticeReceivers receivers, ApprovalNotice notice, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        var tellings = receivers.Addresses
            .Select(address => TryAsync(context, address.Authority, () => PostAsync(context, address, notice, either.Token), either.Token)).ToList();
        if (receivers.Mailboxes.Count > 0)
            tellings.Add(TryAsync(context, receivers.MailboxesShown, () => MailAsync(context, receivers, notice, either.Token), either.Token));
        await Task.WhenAll(tellings);
        ct.ThrowIfCancellationRequested();
    }

    // A message without a way out is in the log instead, and accepted by nobody.
    private async Task<IReadOnlyList<string>> MailAsync(StepContext context, NoticeReceivers receivers, ApprovalNotice notice, CancellationToken ct) =>
        (await mailer.SendAsync(context, notice.Mail(receivers.Mailboxes), ct)).Accepted;

    private async Task<IReadOnlyList<string>> PostAsync(StepContext context, Uri address, ApprovalNotice notice, CancellationToken ct)
    {
        context.Secrets.Add(address.AbsolutePath); // In such an address it is often the key.
        var request = HttpRequestConfig.Post(address, notice.Post(), []);
        var reply = await new HttpExchange(http.Client, request, context.IdempotencyKey, context.Epoch, () => context.Now).SendAsync(address, ct);
        return request.SuccessCodes.Contains(reply.StatusCode) ? [address.Authority] : throw HttpFailure.Status(reply);
    }

    /// <param name="context">The attempt.</param>
    /// <param name="who">Who is to be told.</param>
    /// <param name="tell">Gives those who were.</param>
    /// <param name="ct">Fires when the time is up, or the attempt is to end.</param>
    private async Task TryAsync(StepContext context, string who, Func<Task<IReadOnlyList<string>>> tell, CancellationToken ct)
    {
        try
        {
            if (await PersistAsync(tell, ct) is { Count: > 0 } told)
                context.Log.Info($"Told {string.Join(", ", told)} that the approval waits.");
        }
        catch (Exception ex) when (ex is StepConfigException or StepFailure { Failure.Error.Code: not ConnectorSource.LeaseLostCode })
        {
            context.Log.Warning($"Could not tell {who} that the approval waits: {ex.Message}");
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            context.Log.Warning($"Could not tell {who} in time that the approval waits.");
        }
    }

    private async Task<IReadOnlyList<string>> PersistAsync(Func<Task<IReadOnlyList<string>>> tell, CancellationToken ct)
    {
        foreach (var pause in Pauses)
        {
            try
            {
                return await tell();
            }
            catch (StepFailure ex) when (ex.Failure.Error.Retryable)
            {
                await Task.Delay(pause, time, ct);
            }
        }

        return await tell();
    }
}
