using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

internal static class WebhookProblems
{
    /// <summary>401 for a call that shows neither a signature nor a credential.</summary>
    public static ProblemHttpResult Unsigned() => Problems.Make(
        StatusCodes.Status401Unauthorized,
        "unauthenticated",
        "Sign the call with the webhook's secret, or send a credential that may start runs.");
}
