#pragma once

namespace blast {

/// How text for people may look where it goes.
struct TextStyle {
    int width = 80;        ///< columns
    bool unicode = false;  ///< block and line characters; else plain ASCII pictures
    bool colour = false;   ///< ANSI colours
    bool terminal = false; ///< a person looks at it: tables are fitted to the width
};

} // namespace blast
