using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using NextLayer.Contracts.Access;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Features.Access;

internal static class MeEndpoint
{
    public static void MapMe(this IEndpointRouteBuilder api) =>
        api.MapGet("/api/v1/me", ReadAsync).WithTags("Access").RequiresSignIn().WithName("GetMe")
            .WithSummary("Shows who calls, and what they may do where.");

    private static async Task<Ok<Me>> ReadAsync(
        Caller caller, MembershipNames names, IOptions<AuthOptions> options, HttpResponse response, CancellationToken ct)
    {
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Me
        {
            Subject = caller.Subject,
            Kind = caller.Kind,
            Name = caller.Name,
            Email = caller.Email,
            AuthRequired = options.Value.Required,
            ExpiresAt = caller.ExpiresAt,
            PlatformRole = caller.PlatformRole,
            PlatformPermissions = caller.PlatformPermissions(),
            Memberships = await names.DescribeAsync(caller, ct),
        });
    }
}
