using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Reading;

/// <summary>Finds the endpoints in a value, wherever they are nested.</summary>
internal static class ValueWalk
{
    /// <summary>The endpoints that the value is made of.</summary>
    public static IEnumerable<Use> Endpoints(object? value) => Walk(value, new HashSet<object>(ReferenceEqualityComparer.Instance));

    /// <summary>The resource whose connection string stands for another's, to its end.</summary>
    public static IResourceWithConnectionString Redirected(IResourceWithConnectionString resource)
    {
        var seen = new HashSet<IResource>();
        while (seen.Add(resource) && resource.Annotations.OfType<ConnectionStringRedirectAnnotation>().LastOrDefault() is { } redirect)
        {
            resource = redirect.Resource;
        }

        return resource;
    }

    /// <summary>The parts of endpoints' addresses that the value is made of, as far as it is plain to see.</summary>
    public static IEnumerable<EndpointReferenceExpression> Parts(object? value) => value switch
    {
        EndpointReference endpoint => [endpoint.Property(EndpointProperty.Url)],
        EndpointReferenceExpression expression => [expression],
        ReferenceExpression { IsConditional: true } conditional => new object?[] { conditional.WhenTrue, conditional.WhenFalse }.SelectMany(Parts),
        ReferenceExpression expression => expression.ValueProviders.SelectMany(Parts),
        _ => [],
    };

    private static IEnumerable<Use> Walk(object? value, HashSet<object> seen)
    {
        if (value is null || !seen.Add(value))
        {
            return [];
        }

        return value switch
        {
            EndpointReference endpoint when LeadsElsewhere(endpoint) => [],
            EndpointReference endpoint => [new Use(endpoint.Resource, endpoint.EndpointName)],
            EndpointReferenceExpression expression => Walk(expression.Endpoint, seen),
            ConnectionStringReference { Resource: ParameterResource given } => [new Use(given, null)],
            ConnectionStringReference reference => Walk(reference.Resource, seen),
            ParameterResource => [],
            IResourceWithConnectionString resource => ConnectionString(Redirected(resource), seen),
            ReferenceExpression { IsConditional: true } conditional => new object?[] { conditional.Condition, conditional.WhenTrue, conditional.WhenFalse }.SelectMany(v => Walk(v, seen)),
            ReferenceExpression expression => expression.ValueProviders.SelectMany(v => Walk(v, seen)),
            IResource => [],
            IValueWithReferences other => other.References.SelectMany(v => Walk(v, seen)),
            _ => [],
        };
    }

    // As a dev tunnel's public address does: it is said to be its target's, but is no endpoint there.
    private static bool LeadsElsewhere(EndpointReference endpoint) =>
        endpoint.Exists && !endpoint.Resource.Annotations.OfType<EndpointAnnotation>().Any(e => string.Equals(e.Name, endpoint.EndpointName, StringComparison.OrdinalIgnoreCase));

    // A connection string without an endpoint of the app leads out of it.
    private static List<Use> ConnectionString(IResourceWithConnectionString resource, HashSet<object> seen)
    {
        var endpoints = Walk(resource.ConnectionStringExpression, seen).ToList();
        return endpoints.Count > 0 ? endpoints : [new Use(resource, null)];
    }
}
