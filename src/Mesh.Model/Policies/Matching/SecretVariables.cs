namespace Mesh.Model.Policies.Matching;

/// <summary>Names of environment variables by which people call secrets.</summary>
internal static class SecretVariables
{
    private static readonly string[] Words = ["SECRET", "PASSWORD", "PASSWD", "TOKEN", "APIKEY", "API_KEY", "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIAL", "CONNECTIONSTRING"];

    /// <summary>Whether a variable may hold a secret.</summary>
    public static bool MayBe(string name) => Array.Exists(Words, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
