using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Workflows.Schemas;

namespace NextLayer.Worker.Steps.Approvals;

/// <summary>
/// <c>wait_for_approval</c>: describes the question and tells those who are to be told of it; asking it and counting the
/// votes is the control plane's. Told is before the wait is recorded, and once more by whoever takes the attempt over from a
/// worker that died between the two.
/// </summary>
internal sealed class WaitForApprovalStep(ApprovalNotifier notifier, WorkerOptions options) : IStepHandler
{
    public string Type => "wait_for_approval";

    public bool IsImmediateFor(StepContext context) => !NoticeReceivers.AnyIn(new StepConfig(context.Config));

    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var config = new StepConfig(context.Config);
        var form = config.Object("form") is null ? null : config.Find("form");
        if (form is { } schema && JsonSchema.TryCompile(schema, out var errors) is null)
            throw new StepConfigException($"config.form is no JSON Schema: {errors[0].Path} {errors[0].Message}");
        var wait = new ApprovalWait
        {
            Title = config.Text("title"),
            Instructions = config.Text("instructions"),
            Show = config.Find("show"),
            Approvers = config.Object("approvers") is { } approvers
                ? new Approvers { Users = approvers.Texts("users"), Groups = approvers.Texts("groups"), Roles = approvers.Texts("roles") }
                : null,
            Required = (int)(config.Number("required", 1, 100) ?? 1),
            RejectOn = config.Choice("reject_on", RejectOn.Any),
            SelfApproval = config.Flag("self_approval", otherwise: false),
            Form = form,
            OnDeadline = config.Choice("on_deadline", OnDeadline.Reject),
            EscalateTo = config.Texts("escalate_to"),
            RejectionFails = !context.Step.HasEdgeFrom("rejected"),
        };
        if (wait.OnDeadline == OnDeadline.Escalate && wait.EscalateTo.Count == 0)
            throw config.Wrong("escalate_to", "given where on_deadline is escalate");
        if (JsonSerializer.SerializeToUtf8Bytes(wait, NextLayerJson.Options).Length > StepLimits.MaxOutputBytes)
            throw new StepConfigException($"The question with all it shows has more than {StepLimits.MaxOutputBytes / 1024} KiB.");
        var deadline = config.Duration("deadline");
        var receivers = NoticeReceivers.Read(config);
        if (NoticeReceivers.AnyIn(config)) // Where not, the attempt is immediate and waits for nothing.
            await notifier.TellAsync(context, receivers, ApprovalNotice.Of(context, wait, deadline, options.Dashboard), ct);
        return new StepResult.Waiting(WaitReason.Approval, deadline) { Wait = new StepWait { Approval = wait } };
    }
}
