// A clang-tidy plugin for scripts/lint. clang-tidy 14 runs every matcher over all declarations of a translation unit, the
// library headers' included, and drops what it finds there: nine tenths of its time. This check narrows what is visited
// to our own declarations, as clangd does through the same call (ASTContext::setTraversalScope).

#include <clang-tidy/ClangTidyCheck.h>
#include <clang-tidy/ClangTidyModule.h>
#include <clang-tidy/ClangTidyModuleRegistry.h>
#include <clang/AST/ASTContext.h>
#include <clang/ASTMatchers/ASTMatchFinder.h>
#include <vector>

namespace {

class OwnCodeCheck : public clang::tidy::ClangTidyCheck {
public:
    using ClangTidyCheck::ClangTidyCheck;

    void registerMatchers(clang::ast_matchers::MatchFinder* finder) override {
        finder->addMatcher(clang::ast_matchers::translationUnitDecl().bind("unit"), this);
    }

    // The unit is matched before its children are visited, so the narrower scope is in force for all of them.
    void check(const clang::ast_matchers::MatchFinder::MatchResult& result) override {
        const clang::SourceManager& files = *result.SourceManager;
        std::vector<clang::Decl*> own;
        for (clang::Decl* declaration : result.Context->getTranslationUnitDecl()->decls()) {
            if (!files.isInSystemHeader(files.getExpansionLoc(declaration->getLocation())))
                own.push_back(declaration);
        }
        result.Context->setTraversalScope(own);
    }
};

class OwnCodeModule : public clang::tidy::ClangTidyModule {
public:
    void addCheckFactories(clang::tidy::ClangTidyCheckFactories& factories) override {
        factories.registerCheck<OwnCodeCheck>("blast-own-code");
    }
};

const clang::tidy::ClangTidyModuleRegistry::Add<OwnCodeModule>
    registration("blast", "Visits our own code only.");

} // namespace
