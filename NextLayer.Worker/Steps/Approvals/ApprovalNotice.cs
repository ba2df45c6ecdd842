using System.Globalization;
using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Workers;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Email;

namespace NextLayer.Worker.Steps.Approvals;

/// <summary>
/// What is said of a question that waits: what it is, until when, and where to answer. What the question shows is not in it,
/// for it leaves the system.
/// </summary>
/// <param name="RunId">The run that asks.</param>
/// <param name="StepId">Its step.</param>
/// <param name="Question">What is asked, in one line.</param>
/// <param name="Instructions">Null for none.</param>
/// <param name="Deadline">Null for none.</param>
/// <param name="AtDeadline">What happens then.</param>
/// <param name="Page">Where to answer; null where the worker does not know the dashboard's address.</param>
internal sealed record ApprovalNotice(
    Guid RunId, string StepId, string Question, string? Instructions, DateTimeOffset? Deadline, OnDeadline AtDeadline, Uri? Page)
{
    public static ApprovalNotice Of(StepContext context, ApprovalWait wait, TimeSpan? deadline, Uri? dashboard)
    {
        var query = $"approvals?run={context.RunId}&step={Uri.EscapeDataString(context.StepId)}";
        var question = string.IsNullOrWhiteSpace(wait.Title) ? context.Step.Definition.Label : wait.Title;
        return new ApprovalNotice(
            context.RunId,
            context.StepId,
            EmailMessage.OneLine(context.Secrets.Redact(question)),
            wait.Instructions is { } instructions ? context.Secrets.Redact(instructions) : null,
            context.Now + deadline,
            wait.OnDeadline,
            dashboard is null ? null : new Uri(dashboard, query));
    }

    public EmailMessage Mail(IReadOnlyList<EmailAddress> to) => new()
    {
        From = null,
        To = to,
        Cc = [],
        Bcc = [],
        ReplyTo = null,
        Subject = $"Approval needed: {Question}",
        Text = Text(),
        Html = null,
        Attachments = [],
    };

    /// <summary><c>{type, text, question, instructions, deadline, run_id, step_id, url}</c>; chat systems show <c>text</c>.</summary>
    public JsonElement Post() => JsonSerializer.SerializeToElement(
        new
        {
            type = "approval.waiting",
            text = $"Approval needed: {Question}{(Page is null ? "" : $"\n{Page}")}",
            Question,
            Instructions,
            Deadline,
            RunId,
            StepId,
            Url = Page,
        },
        NextLayerJson.Options);

    private string Text()
    {
        var text = new StringBuilder(Question).Append("\n\n");
        if (!string.IsNullOrWhiteSpace(Instructions))
            text.Append(Instructions.Trim()).Append("\n\n");
        text.Append(Page is null ? "Answer on NextLayer's page of approvals." : $"Answer here: {Page}").Append("\n\n");
        if (Deadline is { } deadline)
            text.Append(CultureInfo.InvariantCulture, $"Without an answer by {deadline.UtcDateTime:yyyy-MM-dd HH:mm} UTC {Then()}.\n\n");
        return text.Append(CultureInfo.InvariantCulture, $"Run {RunId}, step {StepId}\n").ToString();
    }

    private string Then() => AtDeadline switch
    {
        OnDeadline.Approve => "it counts as approved",
        OnDeadline.Escalate => "others are asked",
        _ => "it counts as rejected",
    };
}
