using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Workflows;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Waits.Approvals;

/// <summary>Spelling of approval states in queries and in the database.</summary>
internal static class ApprovalStatuses
{
    /// <returns>The refusal of an unknown word.</returns>
    public static ProblemHttpResult? TryRead(string? text, out ApprovalStatus? status)
    {
        status = text switch
        {
            "waiting" => ApprovalStatus.Waiting,
            "approved" => ApprovalStatus.Approved,
            "rejected" => ApprovalStatus.Rejected,
            "cancelled" => ApprovalStatus.Cancelled,
            _ => null,
        };
        return text is null || status is not null
            ? null
            : Problems.Invalid("status", "must be waiting, approved, rejected or cancelled.");
    }
}
