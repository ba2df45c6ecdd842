namespace NextLayer.Worker.Steps.Providers;

/// <summary>Error codes of <c>provider_costs</c>, besides those of the network.</summary>
internal static class ProviderCodes
{
    /// <summary>The provider does not accept the credentials, or they may not see costs.</summary>
    public const string Auth = "PROVIDER_AUTH";

    /// <summary>It kept asking us to wait.</summary>
    public const string RateLimit = "PROVIDER_RATE_LIMIT";

    /// <summary>It is out of order, or does not answer in time.</summary>
    public const string Unavailable = "PROVIDER_UNAVAILABLE";

    /// <summary>It calls the question wrong: an unknown project, table or parameter.</summary>
    public const string Request = "PROVIDER_REQUEST";

    /// <summary>Its answer is not what its documentation says.</summary>
    public const string Response = "PROVIDER_RESPONSE";

    /// <summary>The control plane did not take the rows.</summary>
    public const string Refused = "COSTS_REFUSED";
}
