using System.Text.Json;

namespace NextLayer.Demo.Shop;

/// <summary>The outside world of the examples.</summary>
internal static class ShopEndpoints
{
    private static readonly object[] Orders =
    [
        new { id = "o-1", customer = "Ada", country = "GB", total = 120.5 },
        new { id = "o-2", customer = "Grace", country = "US", total = 35.0 },
        new { id = "o-3", customer = "Edsger", country = "NL", total = 80.25 },
        new { id = "o-4", customer = "Barbara", country = "US", total = 410.0 },
        new { id = "o-5", customer = "Tony", country = "GB", total = 59.9 },
    ];

    public static void MapShop(this WebApplication app)
    {
        app.MapGet("/orders", () => new { orders = Orders });
        app.MapGet("/flaky/{key}", (string key, FlakyService flaky) => flaky.Call(key) is { } attempt
            ? Results.Ok(new { attempt })
            : Results.Json(new { error = "Not yet." }, statusCode: StatusCodes.Status503ServiceUnavailable));
        app.MapPost("/couriers/{parcel}", (string parcel, FlakyService couriers) => couriers.Call($"courier {parcel}") is { }
            ? Results.Ok(new { courier = "Margaret" })
            : Results.Problem("Every courier is on the road.", statusCode: StatusCodes.Status503ServiceUnavailable));
        app.MapPost("/hooks", (JsonElement body, HookLog hooks) =>
        {
            hooks.Add(body);
            return Results.Accepted();
        });
        app.MapGet("/hooks", (HookLog hooks) => hooks.Latest);
    }
}
