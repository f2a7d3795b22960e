namespace Mesh.ControlPlane.Api;

/// <summary>The API's table of contents.</summary>
internal static class ApiRoutes
{
    /// <summary>Maps everything under <c>/api/v1</c>, and health.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        HealthApi.Map(routes);
        var api = routes.MapGroup("/api/v1");
        ServicesApi.Map(api);
        EndpointsApi.Map(api);
        ClientsApi.Map(api);
        LoadReportsApi.Map(api);
        PoliciesApi.Map(api);
        FaultsApi.Map(api);
        RecordingsApi.Map(api);
        ExplainApi.Map(api);
        LintApi.Map(api);
        DiffApi.Map(api);
        SourcesApi.Map(api);
        ConfigDumpApi.Map(api);
        AuthorityApi.Map(api);
        TokensApi.Map(api);
        AuditApi.Map(api);
    }
}
