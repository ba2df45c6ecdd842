using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace NextLayer.Dashboard.Session;

/// <summary>Asks the control plane whose a credential is.</summary>
internal sealed class ControlPlaneAccount(HttpClient http, IReadOnlyList<Uri> addresses)
{
    private static readonly Uri Me = new("/api/v1/me", UriKind.Relative);

    /// <exception cref="HttpRequestException">No replica answered, or with an error of its own.</exception>
    public async Task<AccountAnswer> AskAsync(string credential, CancellationToken ct)
    {
        for (var index = 0; ; index++)
        {
            try
            {
                return await AskAsync(addresses[index], credential, ct);
            }
            catch (Exception ex) when (ex is HttpRequestException or JsonException || (ex is TaskCanceledException && !ct.IsCancellationRequested))
            {
                // Another replica may be up.
                if (index + 1 == addresses.Count)
                    throw ex as HttpRequestException ?? new HttpRequestException("The control plane did not answer in time, or not as it should.", ex);
            }
        }
    }

    private async Task<AccountAnswer> AskAsync(Uri address, string credential, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, Me));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        using var answer = await http.SendAsync(request, ct);
        switch (answer.StatusCode)
        {
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                return new AccountAnswer.Refused();
            // A control plane from before there were accounts.
            case HttpStatusCode.NotFound:
                return new AccountAnswer.NotNeeded();
            default:
                answer.EnsureSuccessStatusCode();
                var me = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(ct));
                if (me.ValueKind != JsonValueKind.Object)
                    throw new JsonException("The answer is no object.");
                return me.TryGetProperty("auth_required", out var required) && required.ValueKind == JsonValueKind.False
                    ? new AccountAnswer.NotNeeded()
                    : new AccountAnswer.Known(me, ExpiryOf(me));
        }
    }

    private static DateTimeOffset? ExpiryOf(JsonElement me) =>
        me.TryGetProperty("expires_at", out var at) && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var time) ? time : null;
}

/// <summary>What the control plane says of a credential.</summary>
internal abstract record AccountAnswer
{
    /// <param name="Me">Answer of <c>GET /api/v1/me</c>, as it came.</param>
    /// <param name="ExpiresAt">When the credential ends; null when it does not.</param>
    public sealed record Known(JsonElement Me, DateTimeOffset? ExpiresAt) : AccountAnswer;

    /// <summary>It is mistyped, revoked or expired.</summary>
    public sealed record Refused : AccountAnswer;

    /// <summary>Authentication is off: everybody may do everything.</summary>
    public sealed record NotNeeded : AccountAnswer;
}
