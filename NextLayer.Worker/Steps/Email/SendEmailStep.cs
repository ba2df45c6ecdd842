using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Email;

/// <summary><c>send_email</c>: one message through the tenant's SMTP connector.</summary>
internal sealed class SendEmailStep(Mailer mailer) : IStepHandler
{
    public string Type => "send_email";

    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct) =>
        new StepResult.Completed(JsonSerializer.SerializeToElement(
            await mailer.SendAsync(context, EmailMessage.Read(context.Config), ct), NextLayerJson.Options));
}
